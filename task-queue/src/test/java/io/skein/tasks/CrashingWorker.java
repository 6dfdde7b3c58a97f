package io.skein.tasks;

import io.skein.postgres.Transaction;
import io.skein.postgres.TransactionConsumer;
import io.skein.testing.DatabaseAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;

/** A worker in a process of its own, which the tests kill and freeze. */
final class CrashingWorker {
  /** So short that a machine that stands still for less than a lease ends none. */
  static final Duration HEARTBEAT = Duration.ofMillis(200);

  static final Duration LEASE = Duration.ofSeconds(2);

  /** Holds a connection of the pool, busy, until a row stands in the table {@code released}. */
  static final String HOARDING =
      """
      do $$ begin
        while not exists (select from released) loop perform pg_sleep(0.05); end loop;
      end $$
      """;

  private CrashingWorker() {}

  /** Arguments: database, Redis, key prefix, queue, slots, lease. Runs until it is killed. */
  public static void main(String[] args) throws Exception {
    Servers servers = Servers.existing(DatabaseAddress.parse(args[0]), args[1], args[2]);
    WorkerSettings settings =
        settings(args[3], Integer.parseInt(args[4])).withLease(HEARTBEAT, Duration.parse(args[5]));
    Worker worker =
        new Worker(
            settings,
            servers.queue,
            List.of(
                Handlers.of("effect", CrashingWorker::effect),
                Handlers.of("slow", CrashingWorker::slowEffect),
                Handlers.of("halt", context -> Runtime.getRuntime().halt(137)),
                Handlers.of("memory", context -> exhaustMemory()),
                Handlers.of("long", context -> hang(context)),
                Handlers.of("clock", context -> noteTheClock(context)),
                Handlers.of("flaky", context -> succeedTheSecondTime(context)),
                Handlers.of("patient", context -> Thread.sleep(LEASE.multipliedBy(3))),
                Handlers.of("hoard", context -> hoard(servers, context)),
                Handlers.of("open", context -> stayInATransaction(servers, context)),
                Handlers.of("stubborn", context -> outliveTheLease(servers, context))));
    worker.start();
    Thread.sleep(Duration.ofMinutes(5));
  }

  static WorkerSettings settings(String queue, int slots) {
    return WorkerSettings.named("child")
        .withQueues(List.of(queue))
        .withSlots(slots)
        .withLease(HEARTBEAT, LEASE);
  }

  static Process launch(Servers servers, String queue, int slots) throws IOException {
    return launch(servers, queue, slots, LEASE);
  }

  static Process launch(Servers servers, String queue, int slots, Duration lease)
      throws IOException {
    return launch(servers, servers.address, queue, slots, lease);
  }

  /**
   * @param through where it meets PostgreSQL
   */
  static Process launch(
      Servers servers, DatabaseAddress through, String queue, int slots, Duration lease)
      throws IOException {
    return ChildJvm.start(CrashingWorker.class, arguments(servers, through, queue, slots, lease));
  }

  /**
   * @param options for its JVM
   */
  static Process launch(Servers servers, List<String> options, String queue, int slots)
      throws IOException {
    return ChildJvm.start(
        options, CrashingWorker.class, arguments(servers, servers.address, queue, slots, LEASE));
  }

  private static List<String> arguments(
      Servers servers, DatabaseAddress through, String queue, int slots, Duration lease) {
    return List.of(
        through.url(),
        servers.redisUrl,
        servers.keyPrefix,
        queue,
        String.valueOf(slots),
        lease.toString());
  }

  static void effect(TaskContext context) {
    context.complete(transaction -> note(transaction, context, "effect"), null);
  }

  /** Long enough that a kill finds some of it under way. */
  static void slowEffect(TaskContext context) throws InterruptedException {
    context.useStep(transaction -> note(transaction, context, "step"));
    Thread.sleep(20);
    effect(context);
  }

  private static void exhaustMemory() {
    List<byte[]> held = new ArrayList<>();
    while (held.size() < Integer.MAX_VALUE) {
      held.add(new byte[1 << 20]);
    }
  }

  private static void hang(TaskContext context) {
    context.useStep(transaction -> note(transaction, context, "started"));
    while (true) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** How many minutes this process is ahead of PostgreSQL. */
  private static void noteTheClock(TaskContext context) throws InterruptedException {
    context.useStep(transaction -> {
      OffsetDateTime theirs =
          transaction
              .handle()
              .createQuery("select clock_timestamp()")
              .mapTo(OffsetDateTime.class)
              .one();
      double seconds = Duration.between(theirs.toInstant(), Instant.now()).toSeconds();
      note(transaction, context, "clock " + Math.round(seconds / 60));
    });
    Thread.sleep(100);
  }

  private static void succeedTheSecondTime(TaskContext context) {
    if (context.task().attempt() == 1) {
      throw new IllegalStateException("not yet");
    }
  }

  /** Holds a connection of the pool until the test releases it. */
  private static void hoard(Servers servers, TaskContext context) {
    servers.database.useTransaction(transaction -> transaction.handle().execute(HOARDING));
    effect(context);
  }

  /**
   * Stays in the middle of a transaction, its effect written, until the test says that it was
   * woken, and reports how the transaction ended. The server ends one that holds its task as early
   * as any other that idles; the rest may wait for longer than their leases.
   */
  private static void stayInATransaction(Servers servers, TaskContext context) {
    String way = context.task().payload();
    TransactionConsumer<RuntimeException> work =
        transaction -> {
          if (way.contains("holding")) {
            transaction
                .handle()
                .execute("select from tasks where id = ? for update", context.task().id().value());
          } else {
            transaction.handle().execute("set local idle_in_transaction_session_timeout = '60s'");
          }
          note(transaction, context, "late");
          noteElsewhere(servers, context, "inside");
          while (!told(transaction.handle(), context)) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
          }
        };
    String ended =
        outcome(
            way.contains("step") ? () -> context.useStep(work) : () -> context.complete(work, "1"));
    noteElsewhere(servers, context, "woken " + ended);
  }

  /**
   * Waits until the test says that it was woken, then tries what a run may do and reports how it
   * went.
   */
  private static void outliveTheLease(Servers servers, TaskContext context) {
    context.useStep(transaction -> note(transaction, context, "started"));
    while (!toldSomehow(servers, context)) {
      var unused = Thread.interrupted();
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    String way = context.task().payload().replace("\"", "");
    switch (way) {
      case "fail" -> throw new IllegalStateException("late");
      case "give up" -> throw new PermanentTaskException("late");
      case "retry" -> context.retryAfter(Duration.ZERO, "late");
      case "snooze" -> context.snooze(Duration.ZERO, "late");
      case "discard" -> context.discard("late");
      case "enqueue" ->
          context.complete(
              transaction ->
                  servers.queue.enqueue(
                      transaction, NewTask.of(context.task().queue(), "late", "{}")),
              null);
      default -> completeLate(servers, context);
    }
  }

  private static void completeLate(Servers servers, TaskContext context) {
    String step = outcome(() -> context.useStep(transaction -> note(transaction, context, "late")));
    String completion =
        outcome(() -> context.complete(transaction -> note(transaction, context, "late"), "1"));
    noteElsewhere(servers, context, "woken " + step + " " + completion);
  }

  /** Whatever was cut off cannot ask meanwhile. */
  private static boolean toldSomehow(Servers servers, TaskContext context) {
    try {
      return servers.database.<Boolean, RuntimeException>read(handle -> told(handle, context));
    } catch (RuntimeException notNow) {
      return false;
    }
  }

  private static boolean told(Handle handle, TaskContext context) {
    return handle
        .createQuery("select exists (select from ledger where note = 'go on' and task = ?)")
        .bind(0, context.task().id().value())
        .mapTo(Boolean.class)
        .one();
  }

  private static String outcome(Runnable attempt) {
    try {
      var unused = Thread.interrupted();
      attempt.run();
      return "done";
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }

  /**
   * On another thread: on this one everything is of the transaction that is open, and whoever lost
   * his lease is interrupted at any time.
   */
  private static void noteElsewhere(Servers servers, TaskContext context, String text) {
    CompletableFuture.runAsync(
            () -> servers.database.useTransaction(transaction -> note(transaction, context, text)))
        .join();
  }

  private static void note(Transaction transaction, TaskContext context, String text) {
    transaction
        .handle()
        .execute("insert into ledger values (?, ?)", context.task().id().value(), text);
  }
}
