package io.skein.sse;

import io.skein.events.StreamId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a hub's events one client gets. Immutable.
 *
 * @param engagement that a flow must be in; null when the hub has only what the client may see
 * @param flows that were chosen; empty for all
 */
record Wanted(EventFilter filter, @Nullable String engagement, Set<StreamId> flows) {

  /** Of a hub of one flow. */
  static Wanted of(EventFilter filter) {
    return new Wanted(filter, null, Set.of());
  }

  /**
   * @param where the engagement that the flow is in, null when it is not known
   */
  boolean takes(StreamId flow, @Nullable String where, String type, @Nullable String phase) {
    return (engagement == null || engagement.equals(where))
        && (flows.isEmpty() || flows.contains(flow))
        && filter.takes(type, phase);
  }

  boolean takesProgress(@Nullable String phase) {
    return filter.takesPhase(phase);
  }
}
