package io.skein.locks;

/**
 * A number that grows with each grant of a lock. A resource outside PostgreSQL remembers the
 * highest it has seen and refuses a lower one.
 *
 * @param value positive; about the microseconds since 1970 of the store's clock, so that it grows
 *     also when the store lost its data
 */
public record Fence(long value) implements Comparable<Fence> {
  public Fence {
    if (value <= 0) {
      throw new IllegalArgumentException("a fence is positive, but this is " + value);
    }
  }

  @Override
  public int compareTo(Fence other) {
    return Long.compare(value, other.value);
  }
}
