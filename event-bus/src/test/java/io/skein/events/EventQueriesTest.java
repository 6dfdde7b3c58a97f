package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.postgres.Identifiers;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Questions about a stream's history. */
class EventQueriesTest {
  private static Instance instance;
  private static EventQueries queries;

  @BeforeAll
  static void start() {
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("queries:");
    instance = Instance.start(Instance.newDatabase(), redis, "queries", EventSettings.defaults());
    queries = instance.bus.queries();
  }

  @AfterAll
  static void stop() {
    instance.close();
  }

  @Test
  void pagesFollowOneAnotherFromEitherEnd() {
    StreamId stream = instance.open();
    for (int i = 0; i < 10; i++) {
      instance.append(stream, NewEvent.of("a"), NewEvent.of("b"));
    }
    List<Long> all = LongStream.rangeClosed(1, 20).boxed().toList();
    for (int limit : new int[] {1, 7, 20, 21}) {
      assertThat(pages(stream, EventQuery.oldest(limit))).isEqualTo(all);
      assertThat(pages(stream, EventQuery.newest(limit))).isEqualTo(all.reversed());
    }
    assertThat(pages(stream, EventQuery.newest(3).after(new Sequence(4)).before(new Sequence(9))))
        .containsExactly(8L, 7L, 6L, 5L);
    assertThat(queries.latest(stream, 2)).extracting(StoredEvent::seq).containsExactly(20L, 19L);
    assertThat(queries.latest(new StreamId(Identifiers.next()), 2)).isEmpty();
    assertThat(queries.find(new StreamId(Identifiers.next()), EventQuery.oldest(1)))
        .isEqualTo(Optional.empty());
  }

  @Test
  void findsByTypePhaseAndTime() {
    StreamId stream = instance.open();
    instance.append(stream, NewEvent.of("a").withPhase("p"), NewEvent.of("b").withPhase("p"));
    instance.append(stream, NewEvent.of("a").withPhase("q"), NewEvent.of("a"));
    instance.append(stream, NewEvent.of("c"));
    assertThat(pages(stream, EventQuery.oldest(1).ofTypes(Set.of("a"))))
        .containsExactly(1L, 3L, 4L);
    assertThat(pages(stream, EventQuery.newest(1).ofTypes(Set.of("a", "c"))))
        .containsExactly(5L, 4L, 3L, 1L);
    assertThat(pages(stream, EventQuery.oldest(9).ofPhases(Set.of("p", "q"))))
        .containsExactly(1L, 2L, 3L);
    assertThat(pages(stream, EventQuery.oldest(9).ofTypes(Set.of("a")).ofPhases(Set.of("q"))))
        .containsExactly(3L);
    assertThat(pages(stream, EventQuery.oldest(9).ofTypes(Set.of("none")))).isEmpty();

    Instant middle = queries.latest(stream, 2).getLast().occurredAt();
    assertThat(pages(stream, EventQuery.oldest(9).between(middle, null)))
        .containsExactly(3L, 4L, 5L);
    assertThat(pages(stream, EventQuery.newest(9).between(null, middle))).containsExactly(2L, 1L);
    assertThat(pages(stream, EventQuery.newest(9).between(middle, middle))).isEmpty();
  }

  @Test
  void pagesOfLargeEventsAreShortAndTellThatThereIsMore() {
    StreamId stream = instance.open();
    NewEvent large = NewEvent.of("large").withPayload("{\"a\":\"" + "x".repeat(900_000) + "\"}");
    for (int i = 0; i < 12; i++) {
      instance.append(stream, large);
    }
    EventQueries.Page page = queries.find(stream, EventQuery.newest(12)).orElseThrow();
    assertThat(page.events()).hasSizeBetween(4, 5);
    assertThat(page.more()).isTrue();
    assertThat(pages(stream, EventQuery.newest(12))).hasSize(12);
  }

  @Test
  void refusesPagesOfNoOrTooManyEvents() {
    assertThatThrownBy(() -> EventQuery.oldest(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EventQuery.newest(EventQuery.MAX_LIMIT + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Long> pages(StreamId stream, EventQuery query) {
    List<Long> sequences = new ArrayList<>();
    EventQueries.Page page = queries.find(stream, query).orElseThrow();
    page.events().forEach(event -> sequences.add(event.seq()));
    while (page.more()) {
      page =
          queries.find(stream, query.following(page.events().getLast().sequence())).orElseThrow();
      page.events().forEach(event -> sequences.add(event.seq()));
    }
    return sequences;
  }
}
