package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Identifiers;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of finished flows go after their time, and nothing else does. */
class EventRetentionTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private String tenant;
  private Instance instance;
  private EventRetention retention;

  @BeforeEach
  void start() {
    tenant = Identifiers.next().toString();
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix(tenant + ":");
    instance = Instance.start(Instance.newDatabase(), redis, "retention", EventSettings.defaults());
    retention =
        new EventRetention(instance.database, new RetentionPolicy(Duration.ofDays(30), 100, 7));
  }

  @AfterEach
  void stop() {
    instance.close();
  }

  @Test
  void removesWhatEndedLongAgoAndSaysSoBefore() {
    StreamId old = stream(20);
    StreamId recent = stream(20);
    StreamId open = stream(20);
    end(old, 31);
    end(recent, 29);
    age(open, 100);
    awaitPlaced(60);

    RetentionForecast forecast = retention.dryRun();
    assertThat(forecast.streams()).isEqualTo(1);
    assertThat(forecast.events()).isEqualTo(20);
    assertThat(forecast.bytes()).isBetween(20L * 50, 20L * 500);
    assertThat(forecast.heldStreams()).isZero();
    assertThat(forecast.heldBy()).isEmpty();
    assertThat(retention.removeExpired()).isEqualTo(20);
    assertThat(retention.removeExpired()).isZero();
    assertThat(retention.dryRun()).isEqualTo(new RetentionForecast(0, 0, 0, 0, 0, List.of()));

    assertThat(instance.bus.journal().read(old, Sequence.START, 100)).isEmpty();
    assertThat(instance.bus.journal().read(recent, Sequence.START, 100)).hasSize(20);
    assertThat(instance.bus.journal().read(open, Sequence.START, 100)).hasSize(20);
    Position position = instance.bus.journal().position(old).orElseThrow();
    assertThat(position.last()).isEqualTo(new Sequence(20));
    assertThat(position.closed()).isTrue();
  }

  @Test
  void aListenerThatComesLateIsResetAndToldTheEnd() {
    StreamId stream = stream(20);
    end(stream, 31);
    Recorder known = instance.watch(stream, 20);
    await().atMost(SOON).until(() -> known.ends.size() == 1);
    awaitPlaced(20);
    retention.removeExpired();
    Position last = instance.bus.journal().position(stream).orElseThrow();
    // A tail lives for an hour, these events are a month old.
    instance
        .redis
        .jedis()
        .del(instance.redis.keys().flowEvents(stream.value(), last.epoch().millis()));
    Recorder late = instance.watch(stream, 0);
    Recorder middle = instance.watch(stream, 7);
    await().atMost(SOON).until(() -> late.ends.size() == 1 && middle.ends.size() == 1);
    assertThat(late.resets).containsExactly(last);
    assertThat(middle.resets).containsExactly(last);
    assertThat(late.events).isEmpty();
    assertThat(known.resets).isEmpty();
  }

  @Test
  void theFeedTellsWhoseNextEventsAreGone() {
    StreamId old = stream(5);
    awaitPlaced(5);
    end(old, 31);
    StreamId young = stream(5);
    awaitPlaced(10);
    retention.removeExpired();

    FeedHead head = instance.bus.tenantFeed().head(tenant);
    assertThat(head.floor()).isEqualTo(new FeedPosition(5, 5));
    FeedRecorder early = watch(FeedPosition.START);
    FeedRecorder middle = watch(new FeedPosition(4, 4));
    FeedRecorder after = watch(new FeedPosition(5, 5));
    await().atMost(SOON).until(() -> after.entries.size() == 5);
    await().atMost(SOON).until(() -> early.resets.size() == 1 && middle.resets.size() == 1);
    instance.append(young, NewEvent.of("x"));
    await().atMost(SOON).until(() -> after.entries.size() == 6);
    await().atMost(SOON).until(() -> early.entries.size() == 1 && middle.entries.size() == 1);
    assertThat(after.sequencesOf(young)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(after.resets).isEmpty();
  }

  @Test
  void aGroupThatIsBehindHoldsItsEvents() {
    StreamId stream = stream(5);
    end(stream, 31);
    awaitPlaced(5);
    ConsumerGroup group = instance.bus.groups().open(tenant, "slow", 4, GroupStart.FROM_START);
    assertThat(retention.dryRun().heldStreams()).isEqualTo(1);
    assertThat(retention.dryRun().heldEvents()).isEqualTo(5);
    assertThat(retention.dryRun().heldBy()).containsExactly(tenant + "/slow");
    assertThat(retention.dryRun().streams()).isZero();
    assertThat(retention.removeExpired()).isZero();
    try (GroupConsumer consumer = group.consume((transaction, entries) -> {}, 1)) {
      assertThat(consumer).isNotNull();
      await().atMost(SOON).until(() -> retention.dryRun().heldStreams() == 0);
    }
    assertThat(retention.removeExpired()).isEqualTo(5);
  }

  @Test
  void whatWasRemovedMakesRoomForWhatComes() {
    List<Long> sizes = new ArrayList<>();
    for (int round = 1; round <= 4; round++) {
      List<StreamId> streams = IntStream.range(0, 20).mapToObj(i -> fill()).toList();
      awaitPlaced(200L * round);
      sizes.add(size());
      streams.forEach(stream -> end(stream, 31));
      assertThat(retention.removeExpired()).isEqualTo(20 * 500);
      awaitNoSnapshotOfBefore();
      int vacuumed =
          instance.database.read(handle -> handle.execute("vacuum (truncate off) events, feed"));
      assertThat(vacuumed).isZero();
    }
    // Emptied pages of an index are used again only after one more vacuum.
    assertThat(sizes.get(1)).isLessThan(sizes.getFirst() * 6 / 5);
    assertThat(sizes.get(3)).isLessThan(sizes.get(1) * 21 / 20);
  }

  /** What it may still see is kept by a vacuum. */
  private void awaitNoSnapshotOfBefore() {
    String now =
        instance.database.inTransaction(tx ->
            tx.handle()
                .createQuery("select pg_current_xact_id()::xid::text")
                .mapTo(String.class)
                .one());
    await()
        .atMost(SOON)
        .until(() ->
            instance.database.read(handle ->
                handle
                    .createQuery(
                        """
                        select not exists (
                          select from pg_stat_activity
                          where datname = current_database() and pid <> pg_backend_pid()
                            and greatest(age(backend_xmin), age(backend_xid))
                              > age(cast(:now as text)::xid))
                        """)
                    .bind("now", now)
                    .mapTo(Boolean.class)
                    .one()));
  }

  /** Ten appends of fifty events, some of them too large for a row. */
  private StreamId fill() {
    StreamId stream = instance.open(tenant);
    NewEvent small = NewEvent.of("x").withPayload("{\"a\":\"" + "y".repeat(200) + "\"}");
    NewEvent[] batch = IntStream.range(0, 50).mapToObj(i -> small).toArray(NewEvent[]::new);
    batch[7] =
        NewEvent.of("large")
            .withPayload("{\"a\":\"" + Identifiers.next().toString().repeat(300) + "\"}");
    for (int i = 0; i < 10; i++) {
      instance.append(stream, batch);
    }
    return stream;
  }

  private long size() {
    return instance.database.read(handle ->
        handle
            .createQuery("select pg_total_relation_size('events') + pg_total_relation_size('feed')")
            .mapTo(Long.class)
            .one());
  }

  private StreamId stream(int events) {
    StreamId stream = instance.open(tenant);
    for (int i = 0; i < events; i++) {
      instance.append(stream, NewEvent.of("x"));
    }
    return stream;
  }

  private void end(StreamId stream, int daysAgo) {
    instance.closeStream(stream);
    age(stream, daysAgo);
  }

  private void age(StreamId stream, int days) {
    instance.database.useTransaction(tx ->
        tx.handle()
            .createUpdate(
                "update streams set changed_at = changed_at - make_interval(days => :days) where id = :id")
            .bind("days", days)
            .bind("id", stream.value())
            .execute());
  }

  private void awaitPlaced(long position) {
    await()
        .atMost(SOON)
        .until(() -> instance.bus.tenantFeed().head(tenant).top().position() == position);
  }

  private FeedRecorder watch(FeedPosition after) {
    FeedRecorder recorder = new FeedRecorder();
    instance.bus.tenantFeed().subscribe(tenant, after, recorder);
    return recorder;
  }
}
