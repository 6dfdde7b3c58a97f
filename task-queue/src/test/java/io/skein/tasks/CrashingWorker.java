package io.skein.tasks;

import io.skein.postgres.Transaction;
import io.skein.testing.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A worker in a process of its own, which the tests kill and freeze. */
final class CrashingWorker {
  static final Duration HEARTBEAT = Duration.ofMillis(700);
  static final Duration LEASE = Duration.ofSeconds(2);

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
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingWorker.class.getName(),
                servers.address.url(),
                servers.redisUrl,
                servers.keyPrefix,
                queue,
                String.valueOf(slots),
                lease.toString()))
        .inheritIO()
        .start();
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

  /**
   * Waits until the test says that it was woken, then tries what a run may do and reports how it
   * went.
   */
  private static void outliveTheLease(Servers servers, TaskContext context) {
    context.useStep(transaction -> note(transaction, context, "started"));
    while (!told(servers, context)) {
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
    servers.database.useTransaction(
        transaction -> note(transaction, context, "woken " + step + " " + completion));
  }

  private static boolean told(Servers servers, TaskContext context) {
    return servers.count(
            "select count(*) from ledger where note = 'go on' and task = '"
                + context.task().id()
                + "'")
        > 0;
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

  private static void note(Transaction transaction, TaskContext context, String text) {
    transaction
        .handle()
        .execute("insert into ledger values (?, ?)", context.task().id().value(), text);
  }
}
