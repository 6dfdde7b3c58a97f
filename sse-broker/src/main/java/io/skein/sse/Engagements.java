package io.skein.sse;

import io.skein.events.StreamId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** In which engagement flows are: remembered for those that were asked for lately. Thread safe. */
final class Engagements {
  /** The most flows that are remembered; past it the longest unused is forgotten. */
  private static final int MOST = 50_000;

  private final FeedFlows flows;
  private final Map<StreamId, String> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamId, String> eldest) {
          return size() > MOST;
        }
      };

  Engagements(FeedFlows flows) {
    this.flows = flows;
  }

  /** Unknown flows are left out: nobody sees them. */
  Map<StreamId, String> of(Collection<StreamId> streams) {
    Map<StreamId, String> found = new HashMap<>();
    Set<StreamId> unknown = new HashSet<>();
    synchronized (known) {
      for (StreamId stream : streams) {
        String engagement = known.get(stream);
        if (engagement == null) {
          unknown.add(stream);
        } else {
          found.put(stream, engagement);
        }
      }
    }
    if (!unknown.isEmpty()) {
      Map<StreamId, String> asked = flows.engagements(unknown);
      synchronized (known) {
        known.putAll(asked);
      }
      found.putAll(asked);
    }
    return found;
  }
}
