package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Identifiers;
import io.skein.postgres.PostgresSettings;
import io.skein.postgres.Transaction;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a consumer group promises: every event once to effect, in the order of its stream. */
class ConsumerGroupTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static Instance first;
  private static Instance second;
  private String tenant;

  @BeforeAll
  static void start() {
    PostgresSettings postgres = Instance.newDatabase();
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("groups:");
    first = Instance.start(postgres, redis, "first", EventSettings.defaults());
    second = Instance.start(postgres, redis, "second", EventSettings.defaults());
    // Nothing makes an effect unique but the group.
    first.database.useTransaction(tx ->
        tx.handle()
            .execute(
                "create table effects (n bigint generated always as identity, tenant text,"
                    + " stream_id uuid, seq bigint)"));
  }

  @AfterAll
  static void stop() {
    first.close();
    second.close();
  }

  @BeforeEach
  void newTenant() {
    tenant = Identifiers.next().toString();
  }

  @Test
  void twoInstancesProcessEveryEventOnceAndInOrder() {
    List<StreamId> streams = IntStream.range(0, 30).mapToObj(i -> first.open(tenant)).toList();
    append(streams, 10);
    ConsumerGroup group = group(8);
    try (GroupConsumer one = group.consume(this::effect, 2);
        GroupConsumer two =
            second.bus.groups().find(tenant, "g").orElseThrow().consume(this::effect, 2)) {
      append(streams, 30);
      assertThat(one).isNotSameAs(two);
      await().atMost(SOON).until(() -> effects() == 30 * 40);
      streams.forEach(stream ->
          assertThat(effectsOf(stream)).isEqualTo(LongStream.rangeClosed(1, 40).boxed().toList()));
      FeedPosition top = first.bus.tenantFeed().head(tenant).top();
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(group.status())
                  .hasSize(8)
                  .allMatch(status -> status.behind() == 0 && status.failures() == 0)
                  .allMatch(status -> status.place().equals(top)));
    }
    assertThat(effects()).isEqualTo(30 * 40);
  }

  @Test
  void aFailingEventHoldsUpItsPartitionAloneAndCanBeSkipped() {
    List<StreamId> streams = IntStream.range(0, 20).mapToObj(i -> first.open(tenant)).toList();
    StreamId bad = streams.getFirst();
    ConsumerGroup group = group(4);
    append(streams, 10);
    AtomicInteger attempts = new AtomicInteger();
    GroupHandler handler =
        (transaction, entries) -> {
          effect(transaction, entries);
          if (entries.stream()
              .anyMatch(e -> e.event().stream().equals(bad) && e.event().seq() == 5)) {
            attempts.incrementAndGet();
            throw new IllegalStateException("on purpose");
          }
        };
    try (GroupConsumer consumer = group.consume(handler, 2)) {
      assertThat(consumer).isNotNull();
      await().atMost(SOON).until(() -> failing(group).size() == 1);
      PartitionStatus failing = failing(group).getFirst();
      await()
          .atMost(SOON)
          .until(() ->
              group.status().stream()
                  .filter(status -> status.partition() != failing.partition())
                  .allMatch(status -> status.behind() == 0));
      assertThat(effectsOf(bad)).containsExactly(1L, 2L, 3L, 4L);
      assertThat(failing.error()).contains("on purpose");
      assertThat(failing.retryAt()).isNotNull();
      await().atMost(SOON).until(() -> failing(group).getFirst().failures() >= 2);
      FeedPosition skipped = group.skip(failing.partition()).orElseThrow();
      assertThat(skipped.seq()).isEqualTo(5);
      assertThat(group.skip(failing.partition())).isEmpty();
      await().atMost(SOON).until(() -> effects() == 20 * 10 - 1);
      assertThat(effectsOf(bad)).containsExactly(1L, 2L, 3L, 4L, 6L, 7L, 8L, 9L, 10L);
      assertThat(attempts.get()).isBetween(3, 6);
    }
  }

  /** What no {@code catch (Exception)} sees, and an interrupt that is the handler's own. */
  @Test
  void anErrorOrAnInterruptOfAHandlerIsAFailureLikeAnyOther() {
    StreamId stream = first.open(tenant);
    ConsumerGroup group = group(1);
    append(List.of(stream), 4);
    AtomicInteger attempts = new AtomicInteger();
    GroupHandler handler =
        (transaction, entries) -> {
          effect(transaction, entries);
          switch (attempts.incrementAndGet()) {
            case 1 -> throw new StackOverflowError("on purpose");
            case 2 -> throw new InterruptedException("on purpose");
            case 3 -> {
              Thread.currentThread().interrupt();
              throw new IllegalStateException("on purpose");
            }
            default -> Thread.currentThread().interrupt();
          }
        };
    try (GroupConsumer consumer = group.consume(handler, 1)) {
      assertThat(consumer).isNotNull();
      await().atMost(SOON).until(() -> effects() == 4);
      append(List.of(stream), 1);
      await().atMost(SOON).until(() -> effects() == 5);
      assertThat(effectsOf(stream)).containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(attempts.get()).isGreaterThan(4);
    }
  }

  @Test
  void beginsWhereItIsToldAndCanBeMoved() {
    StreamId stream = first.open(tenant);
    append(List.of(stream), 5);
    awaitPlaced(5);
    ConsumerGroup late = first.bus.groups().open(tenant, "late", 3, GroupStart.FROM_NOW);
    append(List.of(stream), 5);
    try (GroupConsumer consumer = late.consume(this::effect, 1)) {
      assertThat(consumer).isNotNull();
      await().atMost(SOON).until(() -> effects() == 5);
      assertThat(effectsOf(stream)).containsExactly(6L, 7L, 8L, 9L, 10L);
      late.moveTo(new FeedPosition(3, 3));
      await().atMost(SOON).until(() -> effects() == 12);
      assertThat(effectsOf(stream).subList(5, 12)).containsExactly(4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }
    assertThat(first.bus.groups().open(tenant, "late", 3, GroupStart.FROM_START).status())
        .allMatch(status -> status.behind() == 0);
    assertThatThrownBy(() -> first.bus.groups().open(tenant, "late", 4, GroupStart.FROM_NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 partitions, not 4");
    first.bus.groups().remove(tenant, "late");
    assertThat(first.bus.groups().find(tenant, "late")).isEmpty();
  }

  @Test
  void aGroupThatTheTablesWouldNotTakeIsRefusedWithTheRule() {
    for (String name : List.of("", "x".repeat(201), "a\0b")) {
      assertThatThrownBy(() -> first.bus.groups().open(tenant, name, 1, GroupStart.FROM_NOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 200 characters, none of them U+0000");
    }
    for (int partitions : new int[] {0, 65}) {
      assertThatThrownBy(
              () -> first.bus.groups().open(tenant, "g", partitions, GroupStart.FROM_NOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 64 partitions, not " + partitions);
    }
    // As PostgreSQL counts: a goose is one character.
    String longest = "\ud83e\udebf".repeat(200);
    assertThat(first.bus.groups().open(tenant, longest, 64, GroupStart.FROM_NOW).status())
        .hasSize(64);
  }

  @Test
  void aConsumerThatIsCutOffLosesItsTurnAndNothingOfIt() throws Exception {
    StreamId stream = first.open(tenant);
    append(List.of(stream), 3);
    awaitPlaced(3);
    ConsumerGroup group = group(1);
    AtomicBoolean cut = new AtomicBoolean();
    CountDownLatch done = new CountDownLatch(1);
    GroupHandler handler =
        (transaction, entries) -> {
          effect(transaction, entries);
          if (cut.compareAndSet(false, true)) {
            second.database.useTransaction(tx ->
                tx.handle()
                    .execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                            + " and state = 'idle in transaction' and datname = current_database()"));
            done.countDown();
          }
        };
    try (GroupConsumer consumer = group.consume(handler, 1)) {
      assertThat(consumer).isNotNull();
      done.await();
      await().atMost(SOON).until(() -> effects() == 3);
      assertThat(effectsOf(stream)).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void onePartitionIsServedByOneAtATime() {
    List<StreamId> streams = IntStream.range(0, 40).mapToObj(i -> first.open(tenant)).toList();
    append(streams, 5);
    ConsumerGroup group = group(3);
    ConcurrentHashMap<Integer, AtomicInteger> inside = new ConcurrentHashMap<>();
    AtomicInteger most = new AtomicInteger();
    GroupHandler handler =
        (transaction, entries) -> {
          int partition = partition(transaction, entries.getFirst(), 3);
          AtomicInteger now = inside.computeIfAbsent(partition, p -> new AtomicInteger());
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          try {
            effect(transaction, entries);
          } finally {
            now.decrementAndGet();
          }
        };
    List<GroupConsumer> consumers = new ArrayList<>();
    try {
      consumers.add(group.consume(handler, 4));
      consumers.add(second.bus.groups().find(tenant, "g").orElseThrow().consume(handler, 4));
      await().atMost(SOON).until(() -> effects() == 200);
    } finally {
      consumers.forEach(GroupConsumer::close);
    }
    assertThat(most).hasValue(1);
    assertThat(inside).hasSize(3);
  }

  private static int partition(Transaction transaction, FeedEntry entry, int partitions) {
    return transaction
            .handle()
            .createQuery("select skein_feed_slot(:stream)")
            .bind("stream", entry.event().stream().value())
            .mapTo(Integer.class)
            .one()
        % partitions;
  }

  private ConsumerGroup group(int partitions) {
    return first.bus.groups().open(tenant, "g", partitions, GroupStart.FROM_START);
  }

  private static List<PartitionStatus> failing(ConsumerGroup group) {
    return group.status().stream().filter(status -> status.failures() > 0).toList();
  }

  private void append(List<StreamId> streams, int each) {
    for (int i = 0; i < each; i++) {
      streams.forEach(stream -> first.append(stream, NewEvent.of("x")));
    }
  }

  private void awaitPlaced(long position) {
    await().until(() -> first.bus.tenantFeed().head(tenant).top().position() == position);
  }

  private void effect(Transaction transaction, List<FeedEntry> entries) {
    for (FeedEntry entry : entries) {
      transaction
          .handle()
          .createUpdate(
              "insert into effects (tenant, stream_id, seq) values (:tenant, :stream, :seq)")
          .bind("tenant", tenant)
          .bind("stream", entry.event().stream().value())
          .bind("seq", entry.event().seq())
          .execute();
    }
  }

  private long effects() {
    return first.database.read(handle ->
        handle
            .createQuery("select count(*) from effects where tenant = :tenant")
            .bind("tenant", tenant)
            .mapTo(Long.class)
            .one());
  }

  private List<Long> effectsOf(StreamId stream) {
    return first.database.read(handle ->
        handle
            .createQuery("select seq from effects where stream_id = :stream order by n")
            .bind("stream", stream.value())
            .mapTo(Long.class)
            .list());
  }
}
