package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lease protocol for workers that are no {@link Worker}: the same statements, called one by
 * one. Such a worker holds no connection whose end would show its death, so its tasks run again
 * when their leases run out. Some {@link Worker} must run somewhere: its upkeep promotes and reaps
 * for all. Thread safe.
 */
public final class RemoteWorkers implements AutoCloseable {
  /** The most tasks of one claim. */
  public static final int MOST = 100;

  /** Claims that wait at once; further ones answer at once, with nothing when there is nothing. */
  private static final int WAITING_BOUND = 500;

  /** Past it the turns of all queues begin anew. */
  private static final int TURNS_BOUND = 10_000;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(800);

  private final Database database;
  private final RedisHints hints;
  private final Duration term;
  private final LeasedWrites writes;
  private final RemoteRuns runs;
  private final Semaphore waiting = new Semaphore(WAITING_BOUND);

  /** Whose turn is next in each queue: of all workers here together. */
  private final Map<String, String> turns = new ConcurrentHashMap<>();

  private final CountDownLatch closing = new CountDownLatch(1);

  RemoteWorkers(
      Database database,
      RedisHints hints,
      Duration term,
      Collection<? extends RemoteTaskHandler> handlers) {
    this.database = database;
    this.hints = hints;
    this.term = term;
    this.writes = new LeasedWrites(term, hints);
    this.runs = new RemoteRuns(database, hints, writes, handlers);
  }

  /** How long a lease holds from its last renewal; renew it three times as often. */
  public Duration term() {
    return term;
  }

  /**
   * Claims tasks in the fair order, waiting for the first one.
   *
   * @param running what the worker knows of; everything else that it has claimed (an answer was
   *     lost on its way) goes back to the queue. Null when it does not say
   * @param most at most so many, 1 to {@link #MOST}
   * @param patience how long to wait when there is nothing; zero answers at once
   * @return none when there was nothing in time, and after {@link #close}
   */
  public List<RemoteRun> claim(
      RemoteWorker worker, @Nullable Collection<TaskId> running, int most, Duration patience)
      throws InterruptedException {
    if (most < 1 || most > MOST) {
      throw new IllegalArgumentException("a claim is for 1 to " + MOST + " tasks");
    }
    if (closed()) {
      return List.of();
    }
    if (turns.size() > TURNS_BOUND) {
      turns.clear();
    }
    RemoteClaim claim = new RemoteClaim(worker);
    claim.sign(most);
    if (running != null) {
      claim.giveBackAllBut(running);
    }
    long until = System.nanoTime() + patience.toNanos();
    boolean mayWait = !patience.isZero() && waiting.tryAcquire();
    try {
      Duration pause = FIRST_PAUSE;
      while (true) {
        List<RemoteRun> claimed =
            claim.once(most).stream()
                .map(run -> new RemoteRun(run.task(), run.lease()))
                .filter(runs::begins)
                .toList();
        long left = until - System.nanoTime();
        if (!claimed.isEmpty() || !mayWait || left <= 0) {
          return claimed;
        }
        long jittered = (long) (pause.toNanos() * ThreadLocalRandom.current().nextDouble(0.7, 1));
        if (closing.await(Math.min(left, jittered), TimeUnit.NANOSECONDS)) {
          return List.of();
        }
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    } finally {
      if (mayWait) {
        waiting.release();
      }
    }
  }

  /** What these workers say of their runs. */
  public RemoteRuns runs() {
    return runs;
  }

  /** Whether claims find nothing here any more; to be made at another instance. */
  public boolean closed() {
    return closing.getCount() == 0;
  }

  /** Lets the claims that wait return at once, with nothing. */
  @Override
  public void close() {
    closing.countDown();
  }

  /** The claims of one request. */
  private final class RemoteClaim {
    private final RemoteWorker worker;
    private final ClaimStatements statements;
    private final FairClaims fair;
    private final List<String> queues;

    RemoteClaim(RemoteWorker worker) {
      this.worker = worker;
      this.statements =
          new ClaimStatements(
              worker.identity(), worker.queues(), worker.types(), worker.build(), term);
      this.fair = new FairClaims(database, statements, turns);
      this.queues = new ArrayList<>(worker.queues());
      Collections.shuffle(queues, ThreadLocalRandom.current());
    }

    void sign(int slots) {
      WorkerSettings settings =
          WorkerSettings.named(worker.identity())
              .withQueues(worker.queues())
              .withSlots(slots)
              .withBuild(worker.build());
      WorkerRoll.ofRemote(database, settings, worker.types()).sign();
      new Parking(database, hints, settings, List.copyOf(worker.types())).unpark();
    }

    void giveBackAllBut(Collection<TaskId> known) {
      database.read(handle -> statements.giveBackAllBut(handle, known)).forEach(hints::offer);
    }

    /** One that crashed twice runs alone. */
    List<Run> once(int most) {
      Load load = load();
      if (load.suspects() > 0) {
        return List.of();
      }
      List<Run> runs = new ArrayList<>();
      for (String queue : queues) {
        if (runs.size() < most) {
          runs.addAll(fair.claim(queue, FairClaims.Levels.ALL, most - runs.size()));
        }
      }
      return runs.isEmpty() && load.running() == 0 ? suspect() : runs;
    }

    private List<Run> suspect() {
      for (String queue : queues) {
        Optional<Run> suspect = database.read(handle -> statements.suspect(handle, queue, false));
        if (suspect.isPresent()) {
          Lease lease = suspect.get().lease();
          return database.read(handle -> writes.begin(handle, lease))
              ? List.of(suspect.get())
              : List.of();
        }
      }
      return List.of();
    }

    private Load load() {
      return database.read(handle ->
          handle
              .createQuery(
                  """
                  select count(*) as running, count(*) filter (where crash_count >= 2) as suspects
                  from tasks where state = 'running' and worker = :worker
                  """)
              .bind("worker", worker.identity())
              .map((row, context) -> new Load(row.getLong("running"), row.getLong("suspects")))
              .one());
    }
  }

  /** What a worker holds already. */
  private record Load(long running, long suspects) {}
}
