package io.skein.limits;

/**
 * The generic cell rate algorithm in its form of virtual scheduling (ITU-T I.371): one number, the
 * moment at which all that was admitted will have been paid for at the even rate.
 */
final class VirtualSchedule implements Counter {
  private final long window;
  private long paidAt;

  /**
   * @param window in ns
   */
  VirtualSchedule(long window, long now) {
    this.window = window;
    this.paidAt = now;
  }

  @Override
  public int remaining(int limit, long now) {
    return Math.max(0, Pacing.burst(limit) - owed(limit, now));
  }

  @Override
  public void admit(int limit, long now) {
    paidAt = now + backlog(now) + Pacing.interval(limit, window);
  }

  @Override
  public long nanosToReset(int limit, long now) {
    int mayBeOwed = Math.min(owed(limit, now), Pacing.burst(limit)) - 1;
    return mayBeOwed < 0 ? 0 : backlog(now) - mayBeOwed * Pacing.interval(limit, window);
  }

  private int owed(int limit, long now) {
    return Math.toIntExact(Math.ceilDiv(backlog(now), Pacing.interval(limit, window)));
  }

  private long backlog(long now) {
    return Math.max(0, paidAt - now);
  }
}
