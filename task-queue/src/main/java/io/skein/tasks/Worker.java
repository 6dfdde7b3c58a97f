package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks: claims those whose types it has handlers for, keeps their leases, writes their ends,
 * and does its share of promoting and reaping for all. Any number of workers share the queues.
 * Thread safe. Started once; needs neither server to be there already.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration JOIN = Duration.ofSeconds(3);

  private final WorkerSettings settings;
  private final TaskQueue queue;
  private final Slots slots;
  private final WorkerPresence presence;
  private final WorkerRoll roll;
  private final RunExecution execution;
  private final Reach reach;
  private final ClaimLoop claims;
  private final FeatureGate.Listener gateChange;
  private final List<Thread> claiming = new ArrayList<>();
  private final List<Thread> keeping = new ArrayList<>();
  private final Collection<TaskHandler> handlers;
  private Phase phase = Phase.NEW;

  /**
   * Once, not with each beat: while two builds run the one that came last declares. Of its thread.
   */
  private boolean declared;

  private enum Phase {
    NEW,
    RUNNING,
    STOPPED
  }

  /**
   * @param handlers at most one for each type of task
   */
  public Worker(
      WorkerSettings settings, TaskQueue queue, Collection<? extends TaskHandler> handlers) {
    this(settings, queue, handlers, WorkerListener.NONE);
  }

  /** As the other one, with a listener that counts. */
  public Worker(
      WorkerSettings settings,
      TaskQueue queue,
      Collection<? extends TaskHandler> handlers,
      WorkerListener listener) {
    this.reach = new Reach(settings.lease(), System.nanoTime());
    RunParts parts = RunParts.of(settings, queue, handlers, listener);
    Set<String> types = parts.handlers().keySet();
    Database database = queue.database();
    this.settings = settings;
    this.queue = queue;
    this.handlers = parts.handlers().values();
    this.slots = parts.slots();
    this.execution = parts.execution();
    this.presence = new WorkerPresence(database, settings.name(), reach);
    this.roll = new WorkerRoll(database, WorkerLine.of(settings, presence.identity(), types));
    ClaimStatements statements =
        new ClaimStatements(
            presence.identity(), settings.queues(), types, settings.build(), settings.lease());
    this.claims = new ClaimLoop(queue, statements, parts, presence, settings);
    claiming.add(repeating("skein-task-claims", "claiming tasks", claims, ClaimLoop.AFTER_FAILURE));
    for (String name : settings.queues()) {
      claiming.add(
          repeating(
              "skein-task-hints-" + name,
              "reading hints",
              new RedisHintReader(queue.redis(), name, settings.name(), slots, queue.hints()),
              RedisHintReader.PAUSE));
    }
    keeping.add(
        thread(
            "skein-task-leases",
            new LeaseRenewer(database, parts.renewals(), slots, reach, settings.heartbeat())));
    keeping.add(repeating("skein-task-roll", "to show that this worker works", this::sign, JOIN));
    keeping.add(repeating("skein-task-upkeep", "upkeep", parts.upkeep(), settings.reapInterval()));
    PoisonEnds poisonEnds = new PoisonEnds(parts.failedRuns(), queue.hints(), parts.reports());
    keeping.add(
        repeating(
            "skein-task-poison",
            "ending a task that takes its worker down",
            poisonEnds,
            Duration.ZERO));
    StalledTaskReaper reaper =
        new StalledTaskReaper(
            database, poisonEnds, queue.hints(), parts.reports(), types, settings.lease());
    keeping.add(
        repeating(
            "skein-task-reaping",
            "looking for lost workers",
            new Reaping(reaper, reach, settings.reapInterval()),
            settings.reapInterval()));
    // What was enqueued meanwhile has no hints.
    this.gateChange = mode -> slots.hintsRanOut();
    queue.redis().gate(Feature.TASK_QUEUE).onChange(gateChange);
  }

  /** This process's identity as a worker: the name and a nonce. It stands in the rows it runs. */
  public String identity() {
    return presence.identity();
  }

  /** How many tasks run here now. */
  public int running() {
    return slots.running().size();
  }

  /** Whether it looks for lost workers by now: it has seen PostgreSQL for one whole lease. */
  boolean mayReap() {
    return reach.forWholeLease(System.nanoTime());
  }

  /** How many tasks may run here at once. */
  public int slots() {
    return settings.slots();
  }

  /**
   * @throws IllegalStateException when it was started or stopped before
   */
  public synchronized void start() {
    if (phase != Phase.NEW) {
      throw new IllegalStateException("a worker is started once; make another one");
    }
    phase = Phase.RUNNING;
    presence.start();
    execution.start();
    keeping.forEach(Thread::start);
    claiming.forEach(Thread::start);
  }

  /**
   * Stops claiming, asks what runs to stop, waits for the grace and hands the rest back to the
   * queue, attempts not counted. Leases are kept until the end. Returns when stopped; to be called
   * again, or before the start, does nothing.
   */
  public synchronized void stop() {
    boolean running = phase == Phase.RUNNING;
    phase = Phase.STOPPED;
    if (running) {
      tell(roll::drain);
      end(claiming);
      slots.close().forEach(queue.hints()::offer);
      finishRuns();
      // A claim whose answer came too late, or never, is nobody's run.
      tell(claims::giveBack);
      end(keeping);
      tell(roll::strike);
    }
    queue.redis().gate(Feature.TASK_QUEUE).forget(gateChange);
    execution.close();
    presence.close();
  }

  /** {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /** Not beside the leases: what keeps it waiting must not keep them. */
  private void sign() throws InterruptedException {
    roll.sign();
    if (!declared) {
      queue
          .database()
          .useTransaction(
              transaction -> TypeRows.declare(transaction.handle(), settings.queues(), handlers));
      declared = true;
    }
    Thread.sleep(settings.heartbeat());
  }

  /** What others are told at the end; they find out without it. */
  private static void tell(Runnable message) {
    try {
      message.run();
    } catch (RuntimeException e) {
      LOG.warn("PostgreSQL was not told that this worker stops; it is forgotten in time", e);
    }
  }

  private void finishRuns() {
    slots.running().forEach(run -> run.askToStop(Run.StopReason.WORKER_STOPS));
    Run alone = slots.alone();
    if (alone != null && !alone.onThread()) {
      execution.takeBack(alone);
    }
    try {
      if (!slots.awaitEmpty(settings.grace().toNanos())) {
        Thread handingBack =
            Thread.ofPlatform()
                .name("skein-task-handing-back")
                .daemon()
                .start(() -> slots.running().forEach(execution::takeBack));
        slots.awaitEmpty(JOIN.toNanos());
        handingBack.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is left is found by the reapers of others
    }
  }

  private static void end(List<Thread> threads) {
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(JOIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread repeating(
      String name, String what, RunUntilStopped.Round round, Duration afterFailure) {
    return thread(name, new RunUntilStopped(what, round, afterFailure));
  }

  private static Thread thread(String name, Runnable loop) {
    return Thread.ofPlatform().name(name).daemon().unstarted(loop);
  }
}
