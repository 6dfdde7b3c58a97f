package io.skein.limits;

import java.time.Duration;
import java.util.List;

/**
 * Whether a request may go on. A refusal is a value; it has taken from no quota. Immutable.
 *
 * @param standings how each quota stands after the decision, in the order in which they were asked
 * @param source who decided
 * @param at when, on the clock that decided: Redis's since 1970, or this process's since a moment
 *     of its own; comparable among decisions of the same source
 */
public record Decision(boolean allowed, List<Standing> standings, Source source, Duration at) {

  public Decision {
    standings = List.copyOf(standings);
  }

  /** Who decided. */
  public enum Source {
    /** Redis, for all instances together. */
    REDIS,
    /** This process for itself, with its share of each limit. */
    LOCAL
  }

  /**
   * How a quota stands.
   *
   * @param remaining how many more requests it would admit now
   * @param reset after which time at least one more than that; zero when nothing is taken
   */
  public record Standing(Quota quota, int remaining, Duration reset) {}

  /** The quotas that refused; none when the request is allowed. */
  public List<Standing> refusals() {
    return allowed
        ? List.of()
        : standings.stream().filter(standing -> standing.remaining() == 0).toList();
  }

  /** How many more requests would be admitted now, by all quotas. */
  public int remaining() {
    return standings.stream().mapToInt(Standing::remaining).min().orElse(Integer.MAX_VALUE);
  }

  /** After which time another attempt can succeed; zero when this one did. */
  public Duration retryAfter() {
    return refusals().stream().map(Standing::reset).max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
