package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.UnifiedJedis;

/** A replica of Redis takes over that has not seen the last hints. */
@Tag("long")
@Timeout(120)
final class FailoverTest {
  private static final int TASKS = 100;
  private static final int SLOTS = 4;

  @Test
  void hintsThatAFailoverLosesDelayTheirTasksAndNoMore() throws Exception {
    try (RedisGroup redis = TestServers.newSentinelRedis();
        Servers servers = Servers.on(redis.url())) {
      String queue = "q-" + UUID.randomUUID();
      Set<TaskId> ran = ConcurrentHashMap.newKeySet();
      cutOffTheReplica(servers);
      List<TaskId> ids = enqueue(servers, queue, "count", TASKS);
      String stream = servers.redis.keys().taskHints(queue, Priority.NORMAL.level());
      await().until(() -> servers.redis.jedis().xlen(stream) == TASKS);
      redis.servers().getFirst().kill();
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(() -> servers.redis.jedis().xlen(stream) == 0);
      try (Worker worker =
          new Worker(
              WorkerSettings.named("w").withQueues(List.of(queue)),
              servers.queue,
              List.of(Handlers.of("count", context -> ran.add(context.task().id()))))) {
        worker.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> ran.containsAll(ids));
        await().atMost(Duration.ofSeconds(60)).until(() -> servers.redis.health().available());
        TaskId after = servers.queue.enqueue(NewTask.of(queue, "count", "{}"));
        await().until(() -> servers.task(after).state() == TaskState.SUCCEEDED);
      }
      assertThat(ran).hasSize(TASKS + 1);
      assertThat(servers.count("select max(attempt) from tasks")).isOne();
    }
  }

  /** All of its slots are busy, so that what is enqueued meanwhile is known by its hints alone. */
  @Test
  void aWorkerThatLivesThroughAFailoverRunsWhatTheLostHintsNamed() throws Exception {
    try (RedisGroup redis = TestServers.newSentinelRedis();
        Servers servers = Servers.on(redis.url())) {
      String queue = "q-" + UUID.randomUUID();
      Set<TaskId> ran = ConcurrentHashMap.newKeySet();
      CountDownLatch busy = new CountDownLatch(SLOTS);
      CountDownLatch free = new CountDownLatch(1);
      TaskHandler blocking =
          Handlers.of(
              "block",
              context -> {
                busy.countDown();
                free.await();
              });
      try (Worker worker =
          new Worker(
              WorkerSettings.named("w").withQueues(List.of(queue)).withSlots(SLOTS),
              servers.queue,
              List.of(blocking, Handlers.of("count", context -> ran.add(context.task().id()))))) {
        worker.start();
        enqueue(servers, queue, "block", SLOTS);
        busy.await();
        cutOffTheReplica(servers);
        List<TaskId> ids = enqueue(servers, queue, "count", TASKS);
        String stream = servers.redis.keys().taskHints(queue, Priority.NORMAL.level());
        await().until(() -> servers.redis.jedis().xlen(stream) > 0);
        redis.servers().getFirst().kill();
        await()
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptions()
            .until(() -> servers.redis.jedis().xlen(stream) == 0);
        free.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> ran.containsAll(ids));
        await().atMost(Duration.ofSeconds(60)).until(() -> servers.redis.health().available());
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .until(() -> !servers.redis.jedis().xinfoGroups(stream).isEmpty());
        List<TaskId> after = enqueue(servers, queue, "count", TASKS);
        await().atMost(Duration.ofSeconds(30)).until(() -> ran.containsAll(after));
      }
      assertThat(ran).hasSize(2 * TASKS);
      assertThat(servers.count("select max(attempt) from tasks")).isOne();
      assertThat(servers.count("select count(*) from tasks where state <> 'succeeded'")).isZero();
    }
  }

  private static List<TaskId> enqueue(Servers servers, String queue, String type, int count) {
    List<NewTask> tasks =
        IntStream.range(0, count).mapToObj(i -> NewTask.of(queue, type, "{}")).toList();
    return servers.database.inTransaction(tx -> servers.queue.enqueue(tx, tasks));
  }

  /** It stays what it was: whatever comes to the master from now on, it never sees. */
  private static void cutOffTheReplica(Servers servers) {
    UnifiedJedis master = servers.redis.jedis();
    master.sendCommand(Protocol.Command.ACL, "SETUSER", "default", "-psync", "-sync");
    master.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "replica");
  }
}
