package io.skein.events;

/**
 * How far a stream's tail in Redis has come.
 *
 * @param last sequence of its last event
 * @param closed whether it carries the marker that nothing follows
 */
record TailPosition(Sequence last, boolean closed) {}
