package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Workers are killed one after the other, and one is frozen, with the lease of production: how long
 * until all of their tasks run again elsewhere. A worker whose host is cut off looks to PostgreSQL
 * like a frozen one: its connections stay and say nothing. {@code -Dskein.test.full=true} kills two
 * hundred.
 */
@Timeout(1_200)
final class WorkerLossTest {
  private static final int KILLS = Boolean.getBoolean("skein.test.full") ? 200 : 6;
  private static final int TASKS = 4;
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration BOUND = Duration.ofSeconds(3);
  private static final Duration BOUND_OF_A_FROZEN_ONE = Duration.ofSeconds(20);
  private static final Duration BIN = Duration.ofMillis(250);

  private final Servers servers = Servers.fresh();
  private final String queue = "q-" + UUID.randomUUID();
  private final String other = queue + "-frozen";
  private final Map<TaskId, Long> begunAgain = new ConcurrentHashMap<>();
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
    servers.close();
  }

  @Test
  void tasksOfAKilledWorkerRunAgainInThreeSecondsOfAFrozenOneInTwenty() throws Exception {
    servers.sql("create table ledger (task uuid, note text)");
    List<Duration> delays = new ArrayList<>();
    List<Duration> frozenDelays = new ArrayList<>();
    try (Worker survivor =
        new Worker(
            WorkerSettings.named("survivor").withQueues(List.of(queue, other)).withSlots(3 * TASKS),
            servers.queue,
            List.of(Handlers.of("long", this::onlyAfterACrash)))) {
      survivor.start();
      Process next = launch(queue);
      ServerProcess frozen = new ServerProcess(launch(other).pid());
      List<TaskId> ofFrozen = enqueue(other);
      awaitStarted(ofFrozen);
      // Before that nobody reaps: after an outage everybody would look dead.
      await().pollDelay(LEASE.plusSeconds(1)).atMost(Duration.ofSeconds(30)).until(() -> true);
      frozen.freeze();
      long frozenAt = System.nanoTime();
      for (int kill = 0; kill < KILLS; kill++) {
        Process victim = next;
        List<TaskId> ids = enqueue(queue);
        awaitStarted(ids);
        long killed = System.nanoTime();
        victim.destroyForcibly();
        await()
            .pollInterval(Duration.ofMillis(10))
            .atMost(Duration.ofSeconds(30))
            .until(() -> begunAgain.keySet().containsAll(ids));
        long last = ids.stream().mapToLong(begunAgain::get).max().orElseThrow();
        delays.add(Duration.ofNanos(last - killed));
        next = kill + 1 < KILLS ? launch(queue) : next;
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> begunAgain.keySet().containsAll(ofFrozen));
      ofFrozen.stream()
          .mapToLong(begunAgain::get)
          .forEach(at -> frozenDelays.add(Duration.ofNanos(at - frozenAt)));
    }
    System.out.println(histogram(delays) + ", of a frozen one after " + frozenDelays);
    assertThat(delays).allSatisfy(delay -> assertThat(delay).isLessThan(BOUND));
    assertThat(frozenDelays)
        .hasSize(TASKS)
        .allSatisfy(delay -> assertThat(delay).isLessThan(BOUND_OF_A_FROZEN_ONE));
    assertThat(servers.count("select count(*) from tasks where state = 'succeeded'"))
        .isEqualTo((KILLS + 1L) * TASKS);
    assertThat(servers.count("select max(attempt) from tasks")).as("attempts").isOne();
    assertThat(servers.count("select min(crash_count) from tasks")).as("crashes").isOne();
  }

  private Process launch(String from) throws Exception {
    Process child = CrashingWorker.launch(servers, from, TASKS, LEASE);
    children.add(child);
    return child;
  }

  /** What comes here before it was in the other worker goes back until it gets there. */
  private void onlyAfterACrash(TaskContext context) {
    if (context.task().crashes() == 0) {
      context.snooze(Duration.ofMillis(20), "it is for the worker that will be killed");
    }
    begunAgain.put(context.task().id(), System.nanoTime());
  }

  private List<TaskId> enqueue(String to) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(NewTask.of(to, "long", "{}"));
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
