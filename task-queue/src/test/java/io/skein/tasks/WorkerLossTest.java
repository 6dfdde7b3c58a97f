package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.CuttableNetwork;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.ServerProcess;
import io.skein.testing.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Workers are killed one after the other, one is frozen, and one's way to PostgreSQL is cut, with
 * the lease of production: how long until all of their tasks run again elsewhere. {@code
 * -Dskein.test.full=true} kills two hundred.
 */
@Tag("long")
@Timeout(1_800)
final class WorkerLossTest {
  private static final int KILLS = Boolean.getBoolean("skein.test.full") ? 200 : 6;
  private static final int KILLS_BESIDE_SILENT_ONES = 6;
  private static final int TASKS = 4;
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration BOUND = Duration.ofSeconds(3);
  private static final Duration BOUND_OF_A_SILENT_ONE = Duration.ofSeconds(20);
  private static final Duration BIN = Duration.ofMillis(250);

  private final Servers servers = Servers.fresh();
  private final String queue = "q-" + UUID.randomUUID();
  private final String ofFrozen = queue + "-frozen";
  private final String ofCutOff = queue + "-cut-off";
  private final CuttableNetwork network =
      new CuttableNetwork(servers.address.host(), servers.address.port());
  private final Map<TaskId, Long> begunAgain = new ConcurrentHashMap<>();
  private final List<Process> children = new ArrayList<>();
  private final List<Duration> delays = new ArrayList<>();
  private int kills;

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
    network.close();
    servers.close();
  }

  @Test
  void tasksOfAKilledWorkerRunAgainInThreeSecondsOfASilentOneInTwenty() throws Exception {
    try (Worker survivor =
        new Worker(
            WorkerSettings.named("survivor")
                .withQueues(List.of(queue, ofFrozen, ofCutOff))
                .withSlots(4 * TASKS),
            servers.queue,
            List.of(
                Handlers.of("long", this::onlyAfterACrash),
                Handlers.of("stubborn", this::onlyAfterACrash)))) {
      survivor.start();
      ServerProcess frozen = new ServerProcess(launch(servers.address, ofFrozen).pid());
      launch(servers.address.through(network), ofCutOff);
      List<TaskId> frozenTasks = enqueue(ofFrozen, "long");
      List<TaskId> cutOffTasks = enqueue(ofCutOff, "stubborn");
      awaitStarted(frozenTasks);
      awaitStarted(cutOffTasks);
      // Before that nobody reaps: after an outage everybody would look dead.
      await().atMost(Duration.ofSeconds(30)).until(survivor::mayReap);
      long silentAt = System.nanoTime();
      frozen.freeze();
      network.cut();
      killOneAfterTheOther(KILLS_BESIDE_SILENT_ONES);
      Duration afterFreeze = awaitBegunAgain(frozenTasks, silentAt);
      Duration afterCut = awaitBegunAgain(cutOffTasks, silentAt);
      assertThat(List.of(afterFreeze, afterCut))
          .allSatisfy(delay -> assertThat(delay).isLessThan(BOUND_OF_A_SILENT_ONE));
      // Now: a child does not outlive a few minutes.
      assertThatTheOneCutOffCanDoNothing(cutOffTasks);
      killOneAfterTheOther(KILLS - KILLS_BESIDE_SILENT_ONES);
      System.out.printf(
          "%s, of a frozen one after %d ms, of one cut off after %d ms%n",
          histogram(delays), afterFreeze.toMillis(), afterCut.toMillis());
    }
    assertThat(servers.count("select count(*) from tasks where state = 'succeeded'"))
        .isEqualTo((kills + 2L) * TASKS);
    assertThat(servers.count("select max(attempt) from tasks")).as("attempts").isOne();
    assertThat(servers.count("select min(crash_count) from tasks")).as("crashes").isOne();
    assertThat(servers.count("select max(crash_count) from tasks")).as("crashes").isOne();
  }

  private void killOneAfterTheOther(int number) throws Exception {
    for (int kill = 0; kill < number; kill++) {
      Stalls.repeatIfStalled(this::kill);
    }
  }

  private void kill() throws Exception {
    Process victim = launch(servers.address, queue);
    List<TaskId> ids = enqueue(queue, "long");
    awaitStarted(ids);
    kills++;
    long killed = System.nanoTime();
    victim.destroyForcibly();
    Duration delay = awaitBegunAgain(ids, killed);
    delays.add(delay);
    assertThat(delay).isLessThan(BOUND);
  }

  private void assertThatTheOneCutOffCanDoNothing(List<TaskId> tasks) {
    network.heal();
    tasks.forEach(id -> servers.sql("insert into ledger values ('" + id + "', 'go on')"));
    String refused =
        "select count(*) from ledger where note = 'woken LeaseLostException LeaseLostException'";
    await().atMost(Duration.ofSeconds(90)).until(() -> servers.count(refused) == tasks.size());
    assertThat(servers.count("select count(*) from ledger where note = 'late'")).isZero();
    assertThat(servers.count("select count(*) from tasks where result is not null")).isZero();
  }

  private Process launch(DatabaseAddress through, String from) throws Exception {
    Process child = CrashingWorker.launch(servers, through, from, TASKS, LEASE);
    children.add(child);
    return child;
  }

  /** Answers how long it took until the last one ran. */
  private Duration awaitBegunAgain(List<TaskId> ids, long since) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(30))
        .until(() -> begunAgain.keySet().containsAll(ids));
    return Duration.ofNanos(ids.stream().mapToLong(begunAgain::get).max().orElseThrow() - since);
  }

  /** What comes here before it was in the other worker goes back until it gets there. */
  private void onlyAfterACrash(TaskContext context) {
    if (context.task().crashes() == 0) {
      context.snooze(Duration.ofMillis(100), "it is for the worker that will be killed");
    }
    begunAgain.put(context.task().id(), System.nanoTime());
  }

  private List<TaskId> enqueue(String to, String type) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(NewTask.of(to, type, "{}"));
    }
    return servers.database.inTransaction(tx -> servers.queue.enqueue(tx, tasks));
  }

  private void awaitStarted(List<TaskId> ids) {
    List<String> quoted = ids.stream().map(id -> "'" + id + "'").toList();
    String count =
        "select count(*) from ledger where note = 'started' and task in ("
            + String.join(",", quoted)
            + ")";
    await().atMost(Duration.ofSeconds(60)).until(() -> servers.count(count) == ids.size());
  }

  private static String histogram(List<Duration> delays) {
    StringBuilder text = new StringBuilder("kills=" + delays.size() + ", until all run again:");
    int bins = (int) (BOUND.dividedBy(BIN)) + 1;
    for (int bin = 0; bin < bins; bin++) {
      Duration from = BIN.multipliedBy(bin);
      Duration to = bin == bins - 1 ? Duration.ofDays(1) : from.plus(BIN);
      long count =
          delays.stream().filter(d -> d.compareTo(from) >= 0 && d.compareTo(to) < 0).count();
      text.append(count == 0 ? "" : "  " + from.toMillis() + " ms: " + count);
    }
    Duration longest = delays.stream().max(Duration::compareTo).orElseThrow();
    return text.append("  longest ").append(longest.toMillis()).append(" ms").toString();
  }
}
