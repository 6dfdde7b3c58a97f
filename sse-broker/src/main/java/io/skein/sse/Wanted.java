package io.skein.sse;

import io.skein.events.StreamId;
import org.jspecify.annotations.Nullable;

/** Which of a hub's events one client gets. Immutable. */
record Wanted(EventFilter filter) {

  boolean takes(StreamId stream, String type, @Nullable String phase) {
    return filter.takes(type, phase);
  }

  boolean takesProgress(@Nullable String phase) {
    return filter.takesPhase(phase);
  }
}
