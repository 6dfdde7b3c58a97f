package io.skein.telemetry.series;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.skein.redis.Feature;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.Servers.Counting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
  private static final String COUNTER = "skein.things";
  private static final String TIMER = "skein.times";

  private Servers servers;
  private Counting one;
  private Counting two;

  @BeforeEach
  void open() {
    servers = Servers.open();
    one = servers.instance("api-1");
    two = servers.instance("api-2");
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
  }

  private void flush() {
    servers.clock.advance(Servers.FLUSH);
    one.telemetry().flush();
    two.telemetry().flush();
  }

  private static long count(Telemetry telemetry, String name) {
    return telemetry
        .read(SeriesQuestion.of(name), 60)
        .all(SeriesQuestion.of(name))
        .values()
        .stream()
        .mapToLong(sum -> sum.count())
        .sum();
  }

  @Test
  void figuresOfTwoInstancesAddUpExactly() throws Exception {
    servers.settle(one, two);
    Thread[] threads = new Thread[8];
    for (int t = 0; t < threads.length; t++) {
      Counting instance = t % 2 == 0 ? one : two;
      threads[t] =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= 50_000; i++) {
                  instance.registry().counter(COUNTER, "kind", "k" + i % 3).increment();
                  instance.registry().timer(TIMER).record(i, TimeUnit.NANOSECONDS);
                }
              });
    }
    for (int i = 0; i < 14; i++) {
      flush(); // also over the end of a minute, while they count
    }
    for (Thread thread : threads) {
      thread.join();
    }
    flush();
    for (Counting asked : new Counting[] {one, two}) {
      SeriesQuestion byKind = new SeriesQuestion(COUNTER, Set.of("kind"));
      SeriesQuestion byInstance = new SeriesQuestion(COUNTER, Set.of("instance"));
      SeriesQuestion times = SeriesQuestion.of(TIMER);
      SeriesAnswer answer = asked.telemetry().read(List.of(byKind, byInstance, times), 3);
      assertThat(answer.source()).isEqualTo(Source.REDIS);
      assertThat(answer.complete()).isTrue();
      assertThat(count(asked.telemetry(), COUNTER)).isEqualTo(400_000);
      assertThat(count(asked.telemetry(), TIMER)).isEqualTo(400_000);
      long nanos = answer.all(times).values().stream().mapToLong(sum -> sum.billionths()).sum();
      assertThat(nanos).isEqualTo(8L * 50_000 * 50_001 / 2);
      assertThat(answer.of(byKind)).hasSize(3);
      assertThat(answer.of(byInstance).keySet())
          .containsExactly(Map.of("instance", "api-1"), Map.of("instance", "api-2"));
    }
  }

  @Test
  void whatWasCountedBelongsToTheMinuteInWhichItWas() {
    Instant minute = Minutes.start(Minutes.of(servers.clock.instant()));
    one.registry().counter(COUNTER).increment(3);
    servers.clock.set(minute.plusSeconds(55));
    one.telemetry().flush();
    one.registry().counter(COUNTER).increment(4);
    servers.clock.set(minute.plusSeconds(60));
    one.telemetry().flush();
    one.registry().counter(COUNTER).increment(5);
    servers.clock.set(minute.plusSeconds(65));
    one.telemetry().flush();
    SortedMap<Instant, SeriesAnswer.Sum> minutes =
        two.telemetry().read(SeriesQuestion.of(COUNTER), 60).all(SeriesQuestion.of(COUNTER));
    assertThat(requireNonNull(minutes.get(minute)).count()).isEqualTo(7);
    assertThat(requireNonNull(minutes.get(minute.plusSeconds(60))).count()).isEqualTo(5);
  }

  @Test
  void aGaugeIsLookedAtByEachInstanceAndAddedUpOverThem() {
    one.registry().gauge("skein.open", 3);
    two.registry().gauge("skein.open", 4);
    flush();
    flush();
    SeriesAnswer.Sum sum =
        one.telemetry()
            .read(SeriesQuestion.of("skein.open"), 5)
            .all(SeriesQuestion.of("skein.open"))
            .values()
            .iterator()
            .next();
    assertThat(sum.count()).isEqualTo(4);
    assertThat(sum.average()).isEqualTo(3.5);
    assertThat(sum.total()).isEqualTo(7);
  }

  @Test
  void ofOneInstanceTheLatestProcessShowsItsGaugeAndAllCount() {
    one.registry().gauge("skein.open", 3);
    two.registry().gauge("skein.open", 10);
    one.registry().counter(COUNTER).increment(3);
    flush();
    Counting successor = servers.instance("api-1");
    successor.registry().gauge("skein.open", 4);
    successor.registry().counter(COUNTER).increment(4);
    successor.telemetry().flush();
    SeriesQuestion open = SeriesQuestion.of("skein.open");
    assertThat(two.telemetry().read(open, 5).all(open).values())
        .extracting(SeriesAnswer.Sum::total)
        .containsExactly(14.0);
    assertThat(count(two.telemetry(), COUNTER)).isEqualTo(7);
  }

  @Test
  void tenThousandFlowsAsATagCostNoMoreThanAHundred() {
    for (int i = 0; i < 10_000; i++) {
      one.registry().counter(COUNTER, "flow", UUID.randomUUID().toString()).increment();
    }
    flush();
    assertThat(one.registry().find(COUNTER).counters()).hasSize(101);
    SeriesQuestion byFlow = new SeriesQuestion(COUNTER, Set.of("flow"));
    SeriesAnswer answer = two.telemetry().read(byFlow, 5);
    assertThat(answer.of(byFlow)).hasSize(101);
    assertThat(count(two.telemetry(), COUNTER)).isEqualTo(10_000);
    assertThat(
            requireNonNull(answer.of(byFlow).get(Map.of("flow", BoundedTags.OTHER)))
                .values()
                .iterator()
                .next()
                .count())
        .isEqualTo(9_900);
    assertThat(one.registry().get("skein.series.bounded").functionCounter().count())
        .isEqualTo(9_900);
  }

  @Test
  void gaugesPastTheBoundAreLeftOutSinceOneOfManyWouldStandForTheirSum() {
    for (int i = 0; i < 150; i++) {
      one.registry().gauge("skein.depth", Tags.of("queue", "q" + i), 1);
    }
    flush();
    SeriesQuestion byQueue = new SeriesQuestion("skein.depth", Set.of("queue"));
    assertThat(two.telemetry().read(byQueue, 5).of(byQueue).keySet())
        .hasSize(100)
        .doesNotContain(Map.of("queue", BoundedTags.OTHER));
    assertThat(one.registry().get("skein.series.bounded").functionCounter().count()).isEqualTo(50);
  }

  @Test
  void combinationsOfTagsAreBoundedToo() {
    for (int i = 0; i < 10_000; i++) {
      one.registry().counter(COUNTER, "a", "" + i % 100, "b", "" + i / 100).increment();
    }
    flush();
    assertThat(one.registry().find(COUNTER).counters()).hasSizeLessThanOrEqualTo(1_001);
    assertThat(count(two.telemetry(), COUNTER)).isEqualTo(10_000);
  }

  @Test
  void minutesThatRedisLostAreWrittenAgainByThoseWhoCountedThem() {
    one.registry().counter(COUNTER).increment(3);
    flush();
    servers.clock.advance(Duration.ofMinutes(2));
    two.registry().counter(COUNTER).increment(4);
    flush();
    long minute = Minutes.of(servers.clock.instant());
    for (long each = minute - 3; each <= minute; each++) {
      servers.redis.jedis().del(servers.redis.keys().metrics(each)); // as FLUSHALL
    }
    one.registry().counter(COUNTER).increment();
    two.registry().counter(COUNTER).increment();
    flush();
    one.registry().counter(COUNTER).increment();
    two.registry().counter(COUNTER).increment();
    flush();
    assertThat(count(one.telemetry(), COUNTER)).isEqualTo(11);
  }

  @Test
  void withItsFlagOffFiguresGoToPostgresAndAQuerySaysSo() {
    one.registry().counter(COUNTER).increment(3);
    flush();
    one.telemetry().roll();
    servers.redis.gate(Feature.TELEMETRY).enable(false);
    two.registry().counter(COUNTER).increment(4);
    servers.clock.advance(Duration.ofMinutes(1));
    flush();
    SeriesAnswer answer = one.telemetry().read(SeriesQuestion.of(COUNTER), 60);
    assertThat(answer.source()).isEqualTo(Source.POSTGRES);
    assertThat(answer.complete()).isFalse();
    assertThat(answer.reason()).contains("switched off");
    assertThat(count(one.telemetry(), COUNTER)).isEqualTo(7);
    servers.redis.gate(Feature.TELEMETRY).enable(true);
    flush();
    assertThat(one.telemetry().read(SeriesQuestion.of(COUNTER), 2).reason())
        .contains("being brought back");
    servers.settle(one, two);
    servers.clock.advance(Duration.ofMinutes(1));
    assertThat(one.telemetry().read(SeriesQuestion.of(COUNTER), 2).source())
        .isEqualTo(Source.REDIS);
    assertThat(count(one.telemetry(), COUNTER)).isEqualTo(7);
  }

  @Test
  void aNameIsKnownBeforeItHasComeToPostgres() {
    assertThat(one.telemetry().knows(COUNTER)).isFalse();
    two.registry().counter(COUNTER).increment();
    flush();
    assertThat(one.telemetry().knows(COUNTER)).isTrue();
  }

  @Test
  void withItsFlagOffTooWhatIsOldIsRemovedFromPostgres() {
    PostgresSeries kept = new PostgresSeries(servers.database);
    long old = Minutes.of(Instant.now().minus(TelemetrySettings.defaults().keep())) - 5;
    kept.write(List.of(new Part(COUNTER, old, "api-9#1-x", 1, "{}")));
    servers.redis.gate(Feature.TELEMETRY).enable(false);
    one.telemetry().roll();
    assertThat(kept.read(Set.of(COUNTER), old, old)).isEmpty();
  }

  @Test
  void afterItsClockWasSetBackTheLeaderGoesOn() {
    one.telemetry().roll();
    servers.clock.advance(Duration.ofHours(-1));
    flush();
    one.registry().counter(COUNTER).increment(3);
    flush();
    one.telemetry().roll();
    long minute = Minutes.of(servers.clock.instant());
    assertThat(new PostgresSeries(servers.database).read(Set.of(COUNTER), minute - 1, minute))
        .isNotEmpty();
  }

  @Test
  void theLastFlushHappensAtTheStop() throws Exception {
    Counting third = servers.instance("api-3");
    third.registry().counter(COUNTER).increment(9);
    third.telemetry().close();
    assertThat(count(one.telemetry(), COUNTER)).isEqualTo(9);
  }

  @Test
  void namesAreThoseOfAllInstances() {
    one.registry().counter("skein.one").increment();
    two.registry().counter("skein.two").increment();
    one.registry().counter("foreign").increment();
    flush();
    assertThat(one.telemetry().names())
        .contains("skein.one", "skein.two")
        .doesNotContain("foreign");
  }
}
