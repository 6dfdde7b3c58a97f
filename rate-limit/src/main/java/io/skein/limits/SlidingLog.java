package io.skein.limits;

/**
 * The moments of all admissions of the last window, in a ring that grows up to the limit. Exact: no
 * window holds more than the limit, wherever it begins.
 */
final class SlidingLog implements Counter {
  private static final int FIRST_CAPACITY = 8;

  private final long window;
  private long[] moments = new long[FIRST_CAPACITY];
  private int oldest;
  private int size;

  /**
   * @param window in ns
   */
  SlidingLog(long window) {
    this.window = window;
  }

  @Override
  public int remaining(int limit, long now) {
    while (size > 0 && now - moments[oldest] >= window) {
      oldest = (oldest + 1) % moments.length;
      size--;
    }
    return Math.max(0, limit - size);
  }

  @Override
  public void admit(int limit, long now) {
    if (size == moments.length) {
      grow();
    }
    moments[(oldest + size) % moments.length] = now;
    size++;
  }

  /** When more instances have come, several must leave until there is room. */
  @Override
  public long nanosToReset(int limit, long now) {
    if (size == 0) {
      return 0;
    }
    int leaving = (oldest + Math.max(0, size - limit)) % moments.length;
    return moments[leaving] + window - now;
  }

  private void grow() {
    long[] larger = new long[moments.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = moments[(oldest + i) % moments.length];
    }
    moments = larger;
    oldest = 0;
  }
}
