package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.TailAnswer.Verdict;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisSettings;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the tail in Redis accepts, and how the relay fills it. */
class RelayTest {
  private static final RedisSettings REDIS =
      RedisSettings.of(TestServers.redis().url()).withKeyPrefix("relay-test:");

  private static Instance instance;
  private static RedisTail tail;

  @BeforeAll
  static void start() {
    PostgresSettings postgres = Instance.newDatabase();
    instance = Instance.start(postgres, REDIS, "relay-test", Instance.REDIS_ALONE);
    tail = new RedisTail(instance.redis, Instance.REDIS_ALONE);
  }

  @AfterAll
  static void stop() {
    instance.close();
  }

  @Test
  void acceptsOnlyTheNextSequence() {
    StreamId stream = instance.open();
    instance.appendWithoutRelay(stream, events(6));

    assertThat(offer(stream, 1, 2)).isEqualTo(new TailAnswer(Verdict.ADDED, new Sequence(2)));
    assertThat(offer(stream, 1, 2)).isEqualTo(new TailAnswer(Verdict.KNOWN, new Sequence(2)));
    assertThat(offer(stream, 4, 5)).isEqualTo(new TailAnswer(Verdict.GAP, new Sequence(2)));
    assertThat(offer(stream, 2, 4)).isEqualTo(new TailAnswer(Verdict.ADDED, new Sequence(4)));
    assertThat(offer(stream, 1, 1)).isEqualTo(new TailAnswer(Verdict.KNOWN, new Sequence(4)));
    assertThat(tailOf(stream)).isEqualTo(instance.bus.journal().read(stream, Sequence.START, 4));
  }

  @Test
  void acceptsAnythingOntoAnEmptyTail() {
    StreamId stream = instance.open();
    instance.appendWithoutRelay(stream, events(6));

    assertThat(offer(stream, 4, 5).verdict()).isEqualTo(Verdict.ADDED);
    assertThat(offer(stream, 1, 3).verdict()).isEqualTo(Verdict.KNOWN);
    assertThat(tailOf(stream)).as("the tail does not begin where the reader stands").isEmpty();
    assertThat(tail.read(stream, new EventId(epoch(), new Sequence(3)), 10)).hasSize(2);
  }

  @Test
  void fillsAGapFromTheJournal() {
    StreamId stream = instance.open();
    instance.append(stream, events(1));
    awaitTail(stream, 1, false);
    instance.appendWithoutRelay(stream, events(1300));
    instance.append(stream, events(1));

    awaitTail(stream, 1302, false);
    assertThat(instance.bus.relay().counts().gaps()).isPositive();
    assertThat(tail.read(stream, new EventId(epoch(), Sequence.START), 2000)).hasSize(1302);
  }

  /** One flow that never rests must not keep the only thread from all the others. */
  @Test
  void aRefillEndsAlthoughItsStreamGoesOn() throws Exception {
    StreamId stream = instance.open();
    AtomicBoolean enough = new AtomicBoolean();
    List<Thread> writers =
        IntStream.range(0, 6)
            .mapToObj(i ->
                Thread.ofVirtual()
                    .start(() -> {
                      while (!enough.get()) {
                        instance.appendWithoutRelay(stream, events(1));
                      }
                    }))
            .toList();
    try {
      await().until(() -> position(stream) > 100);
      Stalls.repeatIfStalled(() -> {
        CompletableFuture<Void> refill =
            CompletableFuture.runAsync(() -> instance.bus.relay().refill(stream, Sequence.START));
        assertThat(refill).succeedsWithin(Duration.ofSeconds(3));
      });
      long reached = position(stream);
      await().until(() -> position(stream) > reached + 100);
    } finally {
      enough.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
    }
  }

  private static long position(StreamId stream) {
    return instance.bus.journal().position(stream).orElseThrow().last().value();
  }

  @Test
  void raisesTheVersionAndDropsOlderStateEvenWhenEventsAreMissing() {
    StreamId stream = instance.open();
    instance.append(stream, NewEvent.of("x").changingState());
    awaitTail(stream, 1, false);
    String state = instance.redis.keys().flowState(stream.value());
    assertThat(instance.redis.jedis().hgetAll(state))
        .containsEntry(KeySpace.STATE_EPOCH, epoch().toString())
        .containsEntry(KeySpace.STATE_VERSION, "1");
    assertThat(instance.redis.jedis().pttl(state)).isPositive();

    instance.redis.jedis().hset(state, KeySpace.STATE_DATA, "old");
    instance.append(stream, NewEvent.of("quiet"));
    awaitTail(stream, 2, false);
    assertThat(instance.redis.jedis().hget(state, KeySpace.STATE_DATA)).isEqualTo("old");
    instance.appendWithoutRelay(stream, events(2));
    instance.appendWithoutRelay(stream, NewEvent.of("x").changingState());
    assertThat(offer(stream, 5, 5).verdict()).isEqualTo(Verdict.GAP);
    assertThat(instance.redis.jedis().hgetAll(state))
        .containsEntry(KeySpace.STATE_VERSION, "5")
        .doesNotContainKey(KeySpace.STATE_DATA);
    offer(stream, 1, 1);
    assertThat(instance.redis.jedis().hget(state, KeySpace.STATE_VERSION)).isEqualTo("5");
  }

  @Test
  void aKeyOfAnotherTypeDoesNotStopTheSweepOfAllStreams() {
    StreamId spoilt = instance.open();
    instance.append(spoilt, events(1));
    awaitTail(spoilt, 1, false);
    String key = instance.redis.keys().flowEvents(spoilt.value(), epoch().millis());
    instance.redis.jedis().set(key, "no stream");
    StreamId other = instance.open();
    instance.appendWithoutRelay(other, NewEvent.of("x").changingState());
    instance.bus.sweep().soon();
    awaitTail(other, 1, false);
    awaitTail(spoilt, 1, false);
  }

  @Test
  void marksTheEndOnceAndRemovesTheAgents() {
    StreamId stream = instance.open();
    String agents = instance.redis.keys().agentState(stream.value());
    instance.redis.jedis().hset(agents, "a", "{}");
    instance.append(stream, events(2));
    instance.closeStream(stream);
    awaitTail(stream, 2, true);
    assertThat(instance.redis.jedis().hkeys(agents)).containsExactly("");
    RedisAgentStates states = new RedisAgentStates(instance.redis);
    states.write(stream, Map.of("late", "{}".getBytes(UTF_8)));
    assertThat(states.read(stream)).isEmpty();

    Position position = instance.bus.journal().position(stream).orElseThrow();
    CommittedBatch again = new CommittedBatch(stream, position, List.of());
    assertThat(tail.append(List.of(again)).getFirst().verdict()).isEqualTo(Verdict.KNOWN);
    String key = instance.redis.keys().flowEvents(stream.value(), epoch().millis());
    assertThat(instance.redis.jedis().xlen(key)).isEqualTo(3);
    assertThat(instance.redis.jedis().pttl(key)).isBetween(1L, Duration.ofHours(1).toMillis());
  }

  @Test
  void oneStreamThatRedisRefusesDoesNotHoldUpTheOthers() {
    StreamId bad = instance.open();
    StreamId good = instance.open();
    instance.redis.jedis().set(instance.redis.keys().flowEvents(bad.value(), epoch().millis()), "");
    instance.appendWithoutRelay(bad, events(1));
    instance.appendWithoutRelay(good, events(1));

    List<TailAnswer> answers = tail.append(List.of(batch(bad, 1, 1), batch(good, 1, 1)));
    assertThat(answers)
        .extracting(TailAnswer::verdict)
        .containsExactly(Verdict.REFUSED, Verdict.ADDED);
  }

  @Test
  void aFullQueueDropsAndCounts() {
    Relay idle = new Relay(tail, instance.database, Instance.REDIS_ALONE.withRelayQueue(2));
    StreamId stream = instance.open();
    instance.appendWithoutRelay(stream, events(3));
    for (int i = 1; i <= 3; i++) {
      idle.handOver(batch(stream, i, i));
    }
    assertThat(idle.counts().dropped()).isEqualTo(1);
  }

  @Test
  void survivesThatRedisForgetsTheScript() {
    StreamId stream = instance.open();
    instance.redis.jedis().scriptFlush("any");
    instance.append(stream, events(3));
    awaitTail(stream, 3, false);
  }

  @Test
  void framesKeepEveryFieldAndLeaveOutWhatIsTooLarge() {
    StreamId stream = instance.open();
    instance.appendWithoutRelay(
        stream,
        NewEvent.of("ü").withPayload("{\"a\":\"\\u0000\uD83E\uDEBF\"}"),
        NewEvent.of("y").withPhase("p").withCorrelationId("c").withSource("s").changingState());
    List<StoredEvent> events = instance.bus.journal().read(stream, Sequence.START, 10);
    assertThat(
            events.stream()
                .map(e -> EventFrames.decode(stream, EventFrames.encode(e), 0).getFirst()))
        .isEqualTo(events);

    instance.appendWithoutRelay(
        stream, NewEvent.of("z").withPayload("{\"a\":\"" + "x".repeat(40_000) + "\"}"));
    StoredEvent large = instance.bus.journal().read(stream, new Sequence(2), 1).getFirst();
    assertThat(EventFrames.encode(large)).isEmpty();
  }

  private static void awaitTail(StreamId stream, long last, boolean closed) {
    TailPosition wanted = new TailPosition(new Sequence(last), closed);
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() ->
            assertThat(tail.positions(Map.of(stream, epoch()))).containsEntry(stream, wanted));
  }

  private static TailAnswer offer(StreamId stream, int from, int to) {
    return tail.append(List.of(batch(stream, from, to))).getFirst();
  }

  private static CommittedBatch batch(StreamId stream, int from, int to) {
    List<StoredEvent> page =
        instance.bus.journal().read(stream, new Sequence(from - 1), to - from + 1);
    return CommittedBatch.ofPage(
        stream, instance.bus.journal().position(stream).orElseThrow(), page);
  }

  private static List<StoredEvent> tailOf(StreamId stream) {
    return tail.read(stream, new EventId(epoch(), Sequence.START), 100);
  }

  private static Epoch epoch() {
    return instance.bus.journal().confirmEpoch();
  }

  private static NewEvent[] events(int count) {
    return IntStream.range(0, count).mapToObj(i -> NewEvent.of("e" + i)).toArray(NewEvent[]::new);
  }
}
