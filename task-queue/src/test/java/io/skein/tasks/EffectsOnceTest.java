package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Four worker processes, one of them killed every two seconds and replaced, while Redis is flushed
 * and restarted: each effect counts once. {@code -Dskein.test.full=true} makes 20,000 tasks of it.
 */
@Tag("long")
@Timeout(600)
final class EffectsOnceTest {
  private static final int TASKS = Boolean.getBoolean("skein.test.full") ? 20_000 : 1_000;
  private static final int WORKERS = 4;
  private static final int SLOTS = 4;
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private final RedisServer redis = TestServers.newRedis();
  private final Servers servers = Servers.on(redis.url());
  private final String queue = "q-" + UUID.randomUUID();
  private final List<Process> workers = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    workers.forEach(Process::destroyForcibly);
    servers.close();
    redis.close();
  }

  @Test
  void eachEffectCountsOnceThoughWorkersAndRedisAreLost() throws Exception {
    for (int i = 0; i < WORKERS; i++) {
      launch();
    }
    await().until(() -> servers.count("select count(*) from task_workers") == WORKERS);
    List<NewTask> tasks =
        IntStream.range(0, TASKS).mapToObj(i -> NewTask.of(queue, "slow", "{}")).toList();
    servers.database.useTransaction(transaction -> servers.queue.enqueue(transaction, tasks));
    await().until(() -> succeeded() > 0);
    int kills = 0;
    long end = System.nanoTime() + LIMIT.toNanos();
    while (succeeded() < TASKS && System.nanoTime() < end) {
      int victim = ThreadLocalRandom.current().nextInt(workers.size());
      workers.remove(victim).destroyForcibly();
      launch();
      disturbRedis(kills++);
      awaitNextKill();
    }
    System.out.println("tasks=" + TASKS + " kills=" + kills + " crashed runs=" + crashedRuns());
    assertThat(kills).isPositive();
    assertThat(crashedRuns()).as("kills that found something under way").isPositive();
    assertThat(servers.count("select count(*) from tasks where state = 'succeeded'"))
        .isEqualTo(TASKS);
    assertThat(servers.count("select count(*) from ledger where note = 'effect'")).isEqualTo(TASKS);
    assertThat(servers.count("select count(distinct task) from ledger where note = 'effect'"))
        .isEqualTo(TASKS);
    assertThat(servers.count("select max(attempt) from tasks"))
        .as("crashes spend no attempts")
        .isOne();
  }

  private void disturbRedis(int kill) {
    if (kill % 2 == 0) {
      redis.flush();
    } else {
      redis.restartEmpty();
    }
  }

  private void launch() throws Exception {
    workers.add(CrashingWorker.launch(servers, queue, SLOTS));
  }

  /** Or until nothing is left to be disturbed. */
  private void awaitNextKill() {
    long next = System.nanoTime() + BETWEEN_KILLS.toNanos();
    await()
        .atMost(BETWEEN_KILLS.multipliedBy(10))
        .until(() -> System.nanoTime() - next >= 0 || succeeded() == TASKS);
  }

  private long succeeded() {
    return servers.count("select count(*) from tasks where state = 'succeeded'");
  }

  private long crashedRuns() {
    return servers.count("select coalesce(sum(crash_count), 0)::bigint from tasks");
  }
}
