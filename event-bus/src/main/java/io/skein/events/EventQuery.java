package io.skein.events;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a stream are wanted.
 *
 * @param order of the answer; its pages follow one another in the same order
 * @param after the sequence before the lowest one wanted
 * @param before the sequence after the highest one wanted; null for no bound
 * @param types empty for all
 * @param phases empty for all, and for events without a phase
 * @param since the earliest time, inclusive; null for no bound
 * @param until the latest time, exclusive; null for no bound
 * @param limit the most events of a page, 1 to {@link #MAX_LIMIT}
 */
public record EventQuery(
    Order order,
    Sequence after,
    @Nullable Sequence before,
    Set<String> types,
    Set<String> phases,
    @Nullable Instant since,
    @Nullable Instant until,
    int limit) {

  /** The largest page. */
  public static final int MAX_LIMIT = 10_000;

  /** By sequence. */
  public enum Order {
    OLDEST,
    NEWEST
  }

  public EventQuery {
    types = Set.copyOf(types);
    phases = Set.copyOf(phases);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("a page has 1 to " + MAX_LIMIT + " events, not " + limit);
    }
  }

  /** All events from the first. */
  public static EventQuery oldest(int limit) {
    return new EventQuery(
        Order.OLDEST, Sequence.START, null, Set.of(), Set.of(), null, null, limit);
  }

  /** All events from the last. */
  public static EventQuery newest(int limit) {
    return new EventQuery(
        Order.NEWEST, Sequence.START, null, Set.of(), Set.of(), null, null, limit);
  }

  public EventQuery after(Sequence sequence) {
    return new EventQuery(order, sequence, before, types, phases, since, until, limit);
  }

  public EventQuery before(@Nullable Sequence sequence) {
    return new EventQuery(order, after, sequence, types, phases, since, until, limit);
  }

  public EventQuery ofTypes(Set<String> wanted) {
    return new EventQuery(order, after, before, wanted, phases, since, until, limit);
  }

  public EventQuery ofPhases(Set<String> wanted) {
    return new EventQuery(order, after, before, types, wanted, since, until, limit);
  }

  /** Those that were appended in a range of time, by PostgreSQL's clock. */
  public EventQuery between(@Nullable Instant from, @Nullable Instant to) {
    return new EventQuery(order, after, before, types, phases, from, to, limit);
  }

  /** The same after a page of this query that ended with an event. */
  public EventQuery following(Sequence last) {
    return order == Order.OLDEST ? after(last) : before(last);
  }
}
