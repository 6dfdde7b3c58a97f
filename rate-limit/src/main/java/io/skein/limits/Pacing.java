package io.skein.limits;

/** How a large limit is spaced out; the same in Redis and in the process. */
final class Pacing {
  private Pacing() {}

  /** How many may come at once. */
  static int burst(int limit) {
    return Math.max(1, limit / 10);
  }

  /**
   * The time from one to the next, in the window's unit; rounded up, so that the limit is never
   * exceeded in the long run.
   */
  static long interval(int limit, long window) {
    return Math.ceilDiv(window, limit);
  }
}
