package io.skein.sse;

import io.skein.events.StreamId;
import java.time.Instant;
import java.util.Set;

/**
 * A stream that is being served.
 *
 * @param id unique over all instances
 * @param viewer who watches
 * @param flows what is watched; empty for everything in the viewer's engagement
 * @param since when it was admitted, by its instance's clock
 */
public record Connection(String id, Viewer viewer, Set<StreamId> flows, Instant since) {
  public Connection {
    flows = Set.copyOf(flows);
  }
}
