package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XReadGroupParams;

/** Redis alone carries everything; without Redis, or with garbage in it, PostgreSQL does. */
final class HintsTest {
  private static RedisServer redis;
  private static Servers servers;
  private final List<Worker> workers = new ArrayList<>();
  private final ConcurrentHashMap<TaskId, AtomicInteger> runs = new ConcurrentHashMap<>();
  private String queue = "";

  @BeforeAll
  static void open() {
    redis = TestServers.newRedis();
    servers = Servers.on(redis.url());
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
    redis.close();
  }

  @BeforeEach
  void newQueue() {
    queue = "q-" + UUID.randomUUID();
  }

  @AfterEach
  void stop() {
    workers.forEach(Worker::stop);
  }

  @Test
  void withClaimsAnHourApartRedisAloneCarriesAllAndAtOnce() throws Exception {
    start(onlyHints());
    start(onlyHints());
    List<Long> pickUps = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long begin = System.nanoTime();
      TaskId id = enqueue();
      await().pollInterval(Duration.ofMillis(1)).until(() -> runs.containsKey(id));
      pickUps.add((System.nanoTime() - begin) / 1_000_000);
      // So that the workers are idle again, which is what is measured.
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> workers.stream().allMatch(worker -> worker.running() == 0));
    }
    Collections.sort(pickUps);
    // No benchmark: bounds that no polling could hold and a loaded machine does.
    assertThat(pickUps.getFirst()).as("fastest pick-up in ms of %s", pickUps).isLessThan(50);
    assertThat(pickUps.get(20)).as("median pick-up in ms of %s", pickUps).isLessThan(250);

    // More than all slots at once: what has no slot now is claimed when one is free.
    List<TaskId> many = enqueueMany(2_000);
    awaitSucceeded(2_040);
    assertThat(many).allSatisfy(id -> assertThat(runs.get(id)).hasValue(1));
  }

  @Test
  void aRetryIsOnTimeThoughPromotionIsAnHourAway() {
    AtomicInteger attempts = new AtomicInteger();
    Worker worker =
        new Worker(
            onlyHints(),
            servers.queue,
            List.of(
                Handlers.of(
                    "flaky",
                    context -> {
                      if (attempts.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                      }
                    })));
    workers.add(worker);
    worker.start();
    servers.queue.enqueue(
        NewTask.of(queue, "flaky", "{}").withRetries(new Retries(4, Duration.ofMillis(200))));
    awaitSucceeded(1);
    assertThat(attempts).hasValue(3);
  }

  @Test
  void whatWasEnqueuedWhileAllSlotsWereBusyIsClaimedWhenOneIsFree() throws Exception {
    CountDownLatch busy = new CountDownLatch(2);
    CountDownLatch free = new CountDownLatch(1);
    Worker worker =
        new Worker(
            onlyHints().withSlots(2),
            servers.queue,
            List.of(
                Handlers.of(
                    "block",
                    context -> {
                      busy.countDown();
                      free.await();
                    }),
                Handlers.of("count", context -> count(context.task()))));
    workers.add(worker);
    worker.start();
    servers.queue.enqueue(NewTask.of(queue, "block", "{}"));
    servers.queue.enqueue(NewTask.of(queue, "block", "{}"));
    busy.await();
    TaskId waiting = enqueue();
    await().until(() -> hintsInRedis() >= 1);
    assertThat(runs).doesNotContainKey(waiting);
    free.countDown();
    await().until(() -> runs.containsKey(waiting));
  }

  @Test
  void garbageDuplicatesAndForeignHintsCostNothing() {
    String normal = key(Priority.NORMAL);
    start(onlyHints());
    TaskId first = enqueue();
    await().until(() -> runs.containsKey(first));
    for (int i = 0; i < 50; i++) {
      servers.redis.jedis().xadd(normal, hint("no uuid"), XAddParams.xAddParams());
      servers
          .redis
          .jedis()
          .xadd(normal, hint(UUID.randomUUID().toString()), XAddParams.xAddParams());
      servers.redis.jedis().xadd(normal, hint(first.toString()), XAddParams.xAddParams());
      servers.redis.jedis().xadd(normal, Map.of("other", "field"), XAddParams.xAddParams());
    }
    List<TaskId> more = enqueueMany(100);
    awaitSucceeded(101);
    more.forEach(id -> assertThat(runs.get(id)).hasValue(1));
    assertThat(runs.get(first)).hasValue(1);
  }

  /** As when the answer to a read comes later than anybody waits for it. */
  @Test
  void aHintThatWasDeliveredAndNeverArrivedIsReadAgain() {
    String normal = key(Priority.NORMAL);
    start(onlyHints());
    await().until(() -> "stream".equals(servers.redis.jedis().type(key(Priority.LOW))));
    servers.sql("select skein_enqueue('" + queue + "', 'count', '{}')");
    TaskId id =
        new TaskId(
            servers.database.read(handle ->
                handle
                    .createQuery("select id from tasks where queue = ? and state = 'queued'")
                    .bind(0, queue)
                    .mapTo(UUID.class)
                    .one()));
    try (AbstractTransaction atOnce = servers.redis.jedis().multi()) {
      atOnce.xadd(normal, hint(id.toString()), XAddParams.xAddParams());
      atOnce.xreadGroup(
          RedisHintReader.GROUP,
          "w",
          XReadGroupParams.xReadGroupParams().count(1),
          Map.of(normal, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
      atOnce.exec();
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> runs.containsKey(id));
    await().until(() -> hintsInRedis() == 0);
    assertThat(servers.redis.jedis().xpending(normal, RedisHintReader.GROUP).getTotal()).isZero();
  }

  @Test
  void aMissingGroupAWrongTypeAndAFlushAreHealed() {
    servers.redis.jedis().set(key(Priority.HIGH), "not a stream");
    servers.redis.jedis().sadd(key(Priority.NORMAL), "not a stream");
    start(onlyHints());
    await().until(() -> "stream".equals(servers.redis.jedis().type(key(Priority.NORMAL))));
    TaskId healed = enqueue();
    await().until(() -> runs.containsKey(healed));
    for (int i = 0; i < 5; i++) {
      redis.flush();
      await().until(() -> "stream".equals(servers.redis.jedis().type(key(Priority.NORMAL))));
      TaskId id = enqueue();
      await().until(() -> runs.containsKey(id));
    }
  }

  @Test
  void lostHintsAreFoundByTheFairClaim() {
    List<TaskId> before = enqueueMany(300);
    await().until(() -> hintsInRedis() == TaskQueue.MOST_HINTS);
    redis.flush();
    start(WorkerSettings.named("w").withQueues(List.of(queue)));
    awaitSucceeded(300);
    before.forEach(id -> assertThat(runs.get(id)).hasValue(1));
  }

  @Test
  void withoutRedisEverythingRunsFromPostgresAndAfterwardsWithItAgain() {
    start(WorkerSettings.named("w").withQueues(List.of(queue)));
    redis.kill();
    await().until(() -> !servers.redis.health().available());
    long begin = System.nanoTime();
    enqueueMany(500);
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("enqueueing does not wait for Redis")
        .isLessThan(Duration.ofSeconds(2));
    awaitSucceeded(500);
    redis.start();
    await().until(() -> servers.redis.health().available());
    enqueueMany(500);
    awaitSucceeded(1_000);
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
  }

  @Test
  void aFullRedisTakesNoHintAndTasksStartAllTheSame() {
    start(WorkerSettings.named("w").withQueues(List.of(queue)));
    TaskId first = enqueue();
    await().until(() -> runs.containsKey(first));
    servers.redis.jedis().configSet("maxmemory-policy", "noeviction");
    servers.redis.jedis().configSet("maxmemory", "1");
    try {
      enqueueMany(200);
      awaitSucceeded(201);
      assertThat(hintsInRedis()).isZero();
    } finally {
      servers.redis.jedis().configSet("maxmemory", "0");
    }
    enqueueMany(200);
    awaitSucceeded(401);
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    await().atMost(Duration.ofSeconds(30)).until(() -> servers.redis.health().available());
  }

  @Test
  void twoQueuesAndPrioritiesShareAWorkersSlots() {
    String other = queue + "-other";
    start(onlyHints().withQueues(List.of(queue, other)).withSlots(3));
    List<NewTask> tasks =
        IntStream.range(0, 300)
            .mapToObj(i ->
                NewTask.of(i % 2 == 0 ? queue : other, "count", "{}")
                    .withPriority(Priority.ofLevel(i % 3)))
            .toList();
    servers.database.useTransaction(transaction -> servers.queue.enqueue(transaction, tasks));
    await().untilAsserted(() -> assertThat(runs).hasSize(300));
  }

  private WorkerSettings onlyHints() {
    return WorkerSettings.named("w")
        .withQueues(List.of(queue))
        .withClaimInterval(Duration.ofHours(1))
        .withReapInterval(Duration.ofHours(1));
  }

  private void start(WorkerSettings settings) {
    Worker worker =
        new Worker(
            settings,
            servers.queue,
            List.of(Handlers.of("count", context -> count(context.task()))));
    workers.add(worker);
    worker.start();
  }

  private void count(Task task) {
    runs.computeIfAbsent(task.id(), id -> new AtomicInteger()).incrementAndGet();
  }

  private TaskId enqueue() {
    return servers.queue.enqueue(NewTask.of(queue, "count", "{}"));
  }

  private List<TaskId> enqueueMany(int count) {
    List<NewTask> tasks =
        IntStream.range(0, count).mapToObj(i -> NewTask.of(queue, "count", "{}")).toList();
    return servers.database.inTransaction(transaction -> servers.queue.enqueue(transaction, tasks));
  }

  private void awaitSucceeded(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(
                    servers.count(
                        "select count(*) from tasks where state = 'succeeded' and queue = '"
                            + queue
                            + "'"))
                .isEqualTo(count));
  }

  private long hintsInRedis() {
    return servers.redis.jedis().xlen(key(Priority.NORMAL));
  }

  private String key(Priority priority) {
    return servers.redis.keys().taskHints(queue, priority.level());
  }

  private static Map<String, String> hint(String id) {
    return Map.of(RedisHints.FIELD, id);
  }
}
