package io.skein.sse;

import io.skein.events.StreamId;

/**
 * Gives the present state of a flow to clients whose history was lost. Asked by the streams of many
 * clients at once, so it must be thread safe; it may block for as long as a query takes, of which
 * four run at the same time in an instance.
 */
@FunctionalInterface
public interface SnapshotSource {

  /**
   * Reads the state from PostgreSQL, not from a cache that may lag: it must be at least as new as
   * every event committed before the call, since the client goes on after those.
   *
   * @param stream there is such a stream; its flow may have been removed meanwhile
   * @return version and state of one moment, read by one statement; the JSON object becomes the
   *     {@code state} of the client's {@code reset} as it is
   * @throws RuntimeException when there is no state to be had: it is logged, and the stream ends
   *     with a {@code retry:}, so that its client comes again
   */
  Snapshot load(StreamId stream);
}
