package io.skein.sse;

import java.time.Duration;

/**
 * How streams are served.
 *
 * @param retry what a client waits before it connects again, 2 s by default
 * @param heartbeat a silent stream carries a comment this often, 15 s by default
 * @param maxAge a stream is ended after this time, a tenth earlier or later by chance; the client
 *     connects again and resumes; 10 min by default
 * @param ringEvents events of a flow that a hub keeps as bytes for all its watchers; a client
 *     further behind reads pages from the journal
 * @param ringBytes the same limit in bytes; at least one event is kept
 * @param pageEvents events per page read from the journal
 * @param pageBytes the most bytes of one write to a client before its last event, so that it is at
 *     most one event longer (an event has at most 1 MiB): a client that does not read holds its
 *     page until it is closed, so this bounds the memory of slow clients
 * @param maxConnections streams served at once by this instance; past it a client is told to come
 *     again
 * @param maxPerUser the same for one user
 */
public record SseSettings(
    Duration retry,
    Duration heartbeat,
    Duration maxAge,
    int ringEvents,
    int ringBytes,
    int pageEvents,
    int pageBytes,
    int maxConnections,
    int maxPerUser) {

  public SseSettings {
    if (ringEvents < 1 || ringBytes < 1 || pageEvents < 1 || pageBytes < 1) {
      throw new IllegalArgumentException("the lengths of SSE must be at least 1");
    }
    if (!retry.isPositive() || !heartbeat.isPositive()) {
      throw new IllegalArgumentException("the intervals of SSE must be positive");
    }
    if (!maxAge.isPositive()) {
      throw new IllegalArgumentException("a stream must be allowed some age, not " + maxAge);
    }
    if (maxConnections < 1 || maxPerUser < 1) {
      throw new IllegalArgumentException("the limits of SSE must be at least 1");
    }
  }

  public static SseSettings defaults() {
    return new SseSettings(
        Duration.ofSeconds(2),
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        1024,
        4 << 20,
        100,
        32 << 10,
        20_000,
        100);
  }

  public SseSettings withMaxAge(Duration chosen) {
    return new SseSettings(
        retry,
        heartbeat,
        chosen,
        ringEvents,
        ringBytes,
        pageEvents,
        pageBytes,
        maxConnections,
        maxPerUser);
  }
}
