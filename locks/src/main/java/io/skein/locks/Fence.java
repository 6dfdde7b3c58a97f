package io.skein.locks;

/**
 * A number that grows with each grant of a lock, issued by what is guarded ({@link GuardedRows}) or
 * by the lock itself ({@link Lease#fence}). A resource remembers the highest it has seen and
 * refuses a lower one; fences of two issuers must not be compared.
 *
 * @param value positive; of a lock about the microseconds since 1970 of the store's clock, so that
 *     it grows also when the store lost its data
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
