package io.skein.sse;

import io.skein.events.StreamId;

/** Gives the present state of a flow, at least as new as every event committed before the call. */
@FunctionalInterface
public interface SnapshotSource {
  Snapshot load(StreamId stream);
}
