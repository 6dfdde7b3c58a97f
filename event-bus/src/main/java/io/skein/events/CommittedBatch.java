package io.skein.events;

import java.util.List;

/**
 * What one append or close of a transaction left to be told.
 *
 * @param position of the stream right after it
 * @param events contiguous, ending at the position; empty for a close
 */
record CommittedBatch(StreamId stream, Position position, List<StoredEvent> events) {}
