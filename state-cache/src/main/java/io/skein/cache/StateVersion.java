package io.skein.cache;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * How new a state is. A later epoch is newer whatever its version, because PostgreSQL may have lost
 * commits in between.
 *
 * @param epoch of the database, ms since 1970
 * @param version sequence of the event that last changed the state; the first one has 1
 */
public record StateVersion(long epoch, long version) implements Comparable<StateVersion> {
  /** Older than every state, and than the absence of one. */
  static final StateVersion NONE = new StateVersion(-1, -1);

  /** Of what was never there: older than every state. */
  static final StateVersion ABSENT = new StateVersion(0, 0);

  private static final Comparator<StateVersion> ORDER =
      Comparator.comparingLong(StateVersion::epoch).thenComparingLong(StateVersion::version);

  @Override
  public int compareTo(StateVersion other) {
    return ORDER.compare(this, other);
  }

  /** The newer one of two, of which the first may be missing. */
  static StateVersion newer(@Nullable StateVersion one, StateVersion other) {
    return one == null || one.olderThan(other) ? other : one;
  }

  boolean olderThan(StateVersion other) {
    return compareTo(other) < 0;
  }

  @Override
  public String toString() {
    return epoch + "." + version;
  }
}
