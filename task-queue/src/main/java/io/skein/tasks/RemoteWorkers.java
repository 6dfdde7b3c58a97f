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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease protocol for workers that are no {@link Worker}: the same statements, called one by
 * one. Such a worker holds no connection whose end would show its death, so its tasks run again
 * when their leases run out. A run begins with the worker's first word about it: until then nobody
 * knows that the answer to the claim arrived, and the loss of the run counts as no crash. Some
 * {@link Worker} must run somewhere: its upkeep promotes and reaps for all. Thread safe.
 */
public final class RemoteWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWorkers.class);

  /** The most tasks of one claim. */
  public static final int MOST = 100;

  /** Claims that wait at once; further ones answer at once, with nothing when there is nothing. */
  private static final int WAITING_BOUND = 500;

  /** Past it the turns of all queues begin anew. */
  private static final int TURNS_BOUND = 10_000;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(800);

  /** Before a task is claimed again whose handler failed over the claim. */
  private static final Duration HANDLER_PAUSE = Duration.ofSeconds(10);

  private final Database database;
  private final RedisHints hints;
  private final Duration term;
  private final RemoteRuns runs;
  private final Semaphore waiting = new Semaphore(WAITING_BOUND);

  /** Whose turn is next in each queue: of all workers here together. */
  private final Map<String, String> turns = new ConcurrentHashMap<>();

  /** Which priorities are next in each queue, likewise. */
  private final Map<String, LevelTurns> levelTurns = new ConcurrentHashMap<>();

  private final CountDownLatch closing = new CountDownLatch(1);

  RemoteWorkers(
      Database database,
      RedisHints hints,
      Duration term,
      Collection<? extends RemoteTaskHandler> handlers) {
    this.database = database;
    this.hints = hints;
    this.term = term;
    this.runs = new RemoteRuns(database, hints, term, handlers);
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
    if (levelTurns.size() > TURNS_BOUND) {
      levelTurns.clear();
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
                .filter(this::begins)
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

  /** One whose handler fails is claimed again later, and the others are handed out. */
  private boolean begins(RemoteRun run) {
    try {
      return runs.begins(run);
    } catch (RuntimeException | Error e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("task", run.task().id())
          .addKeyValue("type", run.task().type())
          .log("a claimed task could not be handed out; it waits");
      runs.postpone(run.lease(), HANDLER_PAUSE, ErrorText.of(e));
      return false;
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
      this.statements = ClaimStatements.ofRemote(worker, term);
      this.fair = new FairClaims(database, statements, turns);
      this.queues = new ArrayList<>(worker.queues());
      Collections.shuffle(queues, ThreadLocalRandom.current());
    }

    void sign(int most) {
      WorkerLine line = WorkerLine.of(worker, most);
      new WorkerRoll(database, line).sign();
      new Unparking(database, hints, line.queues(), line.types(), line.build()).pass();
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
          runs.addAll(fairly(queue, most - runs.size()));
        }
      }
      return runs.isEmpty() && load.running() == 0 ? suspect() : runs;
    }

    /** Where none of the lower priorities waits, the others do not wait for them either. */
    private List<Run> fairly(String queue, int most) {
      FairClaims.Levels levels = levelTurns.computeIfAbsent(queue, name -> new LevelTurns()).next();
      List<Run> runs = new ArrayList<>(fair.claim(queue, levels, most));
      if (runs.size() < most && !levels.equals(FairClaims.Levels.ALL)) {
        runs.addAll(fair.claim(queue, FairClaims.Levels.ALL, most - runs.size()));
      }
      return runs;
    }

    private List<Run> suspect() {
      for (String queue : queues) {
        Optional<Run> suspect = database.read(handle -> statements.suspect(handle, queue, false));
        if (suspect.isPresent()) {
          return List.of(suspect.get());
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
