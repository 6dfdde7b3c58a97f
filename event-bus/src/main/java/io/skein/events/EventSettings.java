package io.skein.events;

import java.time.Duration;

/**
 * How the event bus works; every interval may be set to an hour to switch that repair off.
 *
 * @param sweepInterval between two passes of the sweep, 1 s by default
 * @param redisCheckInterval between two comparisons of a subscription's position with Redis, 4 s by
 *     default, each a quarter earlier or later by chance
 * @param postgresCheckInterval the same with PostgreSQL, 30 s by default
 * @param fallbackInterval the same while the feed is cut off from Redis, 500 ms by default
 * @param placeInterval between two looks for appends of other processes that wait for their
 *     position in the feed across flows, 100 ms by default
 * @param relayQueue the most committed batches waiting for the relay; past it they are dropped and
 *     counted, and the sweep relays them
 * @param tailLength about how many events of a stream Redis keeps
 * @param tailLife how long they stay after the stream's last event
 */
public record EventSettings(
    Duration sweepInterval,
    Duration redisCheckInterval,
    Duration postgresCheckInterval,
    Duration fallbackInterval,
    Duration placeInterval,
    int relayQueue,
    int tailLength,
    Duration tailLife) {

  public EventSettings {
    requirePositive(sweepInterval, "sweepInterval");
    requirePositive(redisCheckInterval, "redisCheckInterval");
    requirePositive(postgresCheckInterval, "postgresCheckInterval");
    requirePositive(fallbackInterval, "fallbackInterval");
    requirePositive(placeInterval, "placeInterval");
    requirePositive(tailLife, "tailLife");
    if (relayQueue < 1 || tailLength < 1) {
      throw new IllegalArgumentException("relayQueue and tailLength must be at least 1");
    }
  }

  public static EventSettings defaults() {
    return new EventSettings(
        Duration.ofSeconds(1),
        Duration.ofSeconds(4),
        Duration.ofSeconds(30),
        Duration.ofMillis(500),
        Duration.ofMillis(100),
        10_000,
        10_000,
        Duration.ofHours(1));
  }

  public EventSettings withSweepInterval(Duration interval) {
    return new EventSettings(
        interval,
        redisCheckInterval,
        postgresCheckInterval,
        fallbackInterval,
        placeInterval,
        relayQueue,
        tailLength,
        tailLife);
  }

  /** Other intervals of the three position checks. */
  public EventSettings withChecks(Duration redis, Duration postgres, Duration fallback) {
    return new EventSettings(
        sweepInterval, redis, postgres, fallback, placeInterval, relayQueue, tailLength, tailLife);
  }

  public EventSettings withRelayQueue(int size) {
    return new EventSettings(
        sweepInterval,
        redisCheckInterval,
        postgresCheckInterval,
        fallbackInterval,
        placeInterval,
        size,
        tailLength,
        tailLife);
  }

  private static void requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive, but is " + value);
    }
  }
}
