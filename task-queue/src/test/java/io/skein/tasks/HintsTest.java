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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.params.XAddParams;

/** Redis alone carries everything; without Redis, or with garbage in it, PostgreSQL does. */
final class HintsTest {
  /** At once, before the worker has read it. */
  private static final String ADD_AND_READ =
      """
      redis.call('XADD', KEYS[1], '*', ARGV[1], ARGV[2])
      return redis.call('XREADGROUP', 'GROUP', ARGV[3], 'w', 'COUNT', 1, 'STREAMS', KEYS[1], '>')
      """;

  private static final RedisServer redis = TestServers.newRedis();

  @RegisterExtension static final TestQueue queue = TestQueue.on(() -> Servers.on(redis.url()));

  private final ConcurrentHashMap<TaskId, AtomicInteger> runs = new ConcurrentHashMap<>();

  @AfterAll
  static void close() throws Exception {
    redis.close();
  }

  @Test
  void withClaimsAnHourApartRedisAloneCarriesAllAndAtOnce() throws Exception {
    start(onlyHints());
    start(onlyHints());
    List<Long> pickUps = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long begin = System.nanoTime();
      TaskId id = queue.enqueue("count");
      await().pollInterval(Duration.ofMillis(1)).until(() -> runs.containsKey(id));
      pickUps.add((System.nanoTime() - begin) / 1_000_000);
      // So that the workers are idle again, which is what is measured.
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> queue.workers().stream().allMatch(worker -> worker.running() == 0));
    }
    Collections.sort(pickUps);
    // No benchmark: bounds that no polling could hold and a loaded machine does.
    assertThat(pickUps.getFirst()).as("fastest pick-up in ms of %s", pickUps).isLessThan(50);
    assertThat(pickUps.get(20)).as("median pick-up in ms of %s", pickUps).isLessThan(250);

    // More than all slots at once: what has no slot now is claimed when one is free.
    List<TaskId> many = queue.enqueue(2_000, "count");
    queue.awaitSucceeded(2_040);
    assertThat(many).allSatisfy(id -> assertThat(runs.get(id)).hasValue(1));
  }

  @Test
  void aRetryIsOnTimeThoughPromotionIsAnHourAway() {
    AtomicInteger attempts = new AtomicInteger();
    queue.start(
        onlyHints(),
        Handlers.of(
            "flaky",
            context -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
              }
            }));
    queue.enqueue(queue.task("flaky").withRetries(new Retries(4, Duration.ofMillis(200))));
    queue.awaitSucceeded(1);
    assertThat(attempts).hasValue(3);
  }

  @Test
  void whatWasEnqueuedWhileAllSlotsWereBusyIsClaimedWhenOneIsFree() throws Exception {
    CountDownLatch busy = new CountDownLatch(2);
    CountDownLatch free = new CountDownLatch(1);
    queue.start(
        onlyHints().withSlots(2),
        Handlers.of(
            "block",
            context -> {
              busy.countDown();
              free.await();
            }),
        Handlers.of("count", context -> count(context.task())));
    queue.enqueue(2, "block");
    busy.await();
    TaskId waiting = queue.enqueue("count");
    await().until(() -> hintsInRedis() >= 1);
    assertThat(runs).doesNotContainKey(waiting);
    free.countDown();
    await().until(() -> runs.containsKey(waiting));
  }

  @Test
  void garbageDuplicatesAndForeignHintsCostNothing() {
    String normal = key(Priority.NORMAL);
    start(onlyHints());
    TaskId first = queue.enqueue("count");
    await().until(() -> runs.containsKey(first));
    for (int i = 0; i < 50; i++) {
      queue.servers().redis.jedis().xadd(normal, hint("no uuid"), XAddParams.xAddParams());
      queue
          .servers()
          .redis
          .jedis()
          .xadd(normal, hint(UUID.randomUUID().toString()), XAddParams.xAddParams());
      queue.servers().redis.jedis().xadd(normal, hint(first.toString()), XAddParams.xAddParams());
      queue.servers().redis.jedis().xadd(normal, Map.of("other", "field"), XAddParams.xAddParams());
    }
    List<TaskId> more = queue.enqueue(100, "count");
    queue.awaitSucceeded(101);
    more.forEach(id -> assertThat(runs.get(id)).hasValue(1));
    assertThat(runs.get(first)).hasValue(1);
  }

  /** As when the answer to a read comes later than anybody waits for it. */
  @Test
  void aHintThatWasDeliveredAndNeverArrivedIsReadAgain() {
    String normal = key(Priority.NORMAL);
    start(onlyHints());
    await().until(() -> "stream".equals(queue.servers().redis.jedis().type(key(Priority.LOW))));
    TaskId id =
        new TaskId(
            queue
                .database()
                .inTransaction(withoutHint ->
                    withoutHint
                        .handle()
                        .createQuery("select skein_enqueue(?, 'count')")
                        .bind(0, queue.name())
                        .mapTo(UUID.class)
                        .one()));
    queue
        .servers()
        .redis
        .jedis()
        .eval(
            ADD_AND_READ,
            List.of(normal),
            List.of(RedisHints.FIELD, id.toString(), RedisHintReader.GROUP));
    await().atMost(Duration.ofSeconds(5)).until(() -> runs.containsKey(id));
    await().until(() -> hintsInRedis() == 0);
    assertThat(queue.servers().redis.jedis().xpending(normal, RedisHintReader.GROUP).getTotal())
        .isZero();
  }

  @Test
  void aMissingGroupAWrongTypeAndAFlushAreHealed() {
    queue.servers().redis.jedis().set(key(Priority.HIGH), "not a stream");
    queue.servers().redis.jedis().sadd(key(Priority.NORMAL), "not a stream");
    start(onlyHints());
    await().until(() -> "stream".equals(queue.servers().redis.jedis().type(key(Priority.NORMAL))));
    TaskId healed = queue.enqueue("count");
    await().until(() -> runs.containsKey(healed));
    for (int i = 0; i < 5; i++) {
      redis.flush();
      await()
          .until(() -> "stream".equals(queue.servers().redis.jedis().type(key(Priority.NORMAL))));
      TaskId id = queue.enqueue("count");
      await().until(() -> runs.containsKey(id));
    }
  }

  @Test
  void lostHintsAreFoundByTheFairClaim() {
    List<TaskId> before = queue.enqueue(300, "count");
    await().until(() -> hintsInRedis() == TaskQueue.MOST_HINTS);
    redis.flush();
    start(queue.settings());
    queue.awaitSucceeded(300);
    before.forEach(id -> assertThat(runs.get(id)).hasValue(1));
  }

  @Test
  void withoutRedisEverythingRunsFromPostgresAndAfterwardsWithItAgain() {
    start(queue.settings());
    redis.kill();
    await().until(() -> !queue.servers().redis.health().available());
    long dropped = queue.tasks().droppedHints();
    long begin = System.nanoTime();
    queue.enqueue(500, "count");
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("enqueueing does not wait for Redis")
        .isLessThan(Duration.ofSeconds(2));
    assertThat(queue.tasks().droppedHints())
        .as("what is dropped is counted")
        .isGreaterThanOrEqualTo(dropped + TaskQueue.MOST_HINTS);
    queue.awaitSucceeded(500);
    redis.start();
    await().until(() -> queue.servers().redis.health().available());
    queue.enqueue(500, "count");
    queue.awaitSucceeded(1_000);
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
  }

  @Test
  void aFullRedisTakesNoHintAndTasksStartAllTheSame() {
    start(queue.settings());
    TaskId first = queue.enqueue("count");
    await().until(() -> runs.containsKey(first));
    queue.servers().redis.jedis().configSet("maxmemory-policy", "noeviction");
    queue.servers().redis.jedis().configSet("maxmemory", "1");
    try {
      queue.enqueue(200, "count");
      queue.awaitSucceeded(201);
      assertThat(hintsInRedis()).isZero();
    } finally {
      queue.servers().redis.jedis().configSet("maxmemory", "0");
    }
    queue.enqueue(200, "count");
    queue.awaitSucceeded(401);
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    await().atMost(Duration.ofSeconds(30)).until(() -> queue.servers().redis.health().available());
  }

  @Test
  void twoQueuesAndPrioritiesShareAWorkersSlots() {
    String other = queue.name() + "-other";
    start(onlyHints().withQueues(List.of(queue.name(), other)).withSlots(3));
    List<NewTask> tasks =
        IntStream.range(0, 300)
            .mapToObj(i ->
                NewTask.of(i % 2 == 0 ? queue.name() : other, "count", "{}")
                    .withPriority(Priority.ofLevel(i % 3)))
            .toList();
    queue.database().useTransaction(transaction -> queue.tasks().enqueue(transaction, tasks));
    await().untilAsserted(() -> assertThat(runs).hasSize(300));
  }

  private WorkerSettings onlyHints() {
    return queue
        .settings()
        .withClaimInterval(Duration.ofHours(1))
        .withReapInterval(Duration.ofHours(1));
  }

  private void start(WorkerSettings settings) {
    queue.start(settings, Handlers.of("count", context -> count(context.task())));
  }

  private void count(Task task) {
    runs.computeIfAbsent(task.id(), id -> new AtomicInteger()).incrementAndGet();
  }

  private long hintsInRedis() {
    return queue.servers().redis.jedis().xlen(key(Priority.NORMAL));
  }

  private String key(Priority priority) {
    return queue.servers().redis.keys().taskHints(queue.name(), priority.level());
  }

  private static Map<String, String> hint(String id) {
    return Map.of(RedisHints.FIELD, id);
  }
}
