package io.skein.sse;

import io.skein.events.StreamId;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What streams over a tenant's feed need to know about flows. Thread safe. */
public interface FeedFlows {

  /** For services without engagements and states: every flow is for every viewer of its tenant. */
  FeedFlows WITHOUT_ENGAGEMENTS =
      new FeedFlows() {
        @Override
        public Map<StreamId, String> engagements(Collection<StreamId> flows) {
          return Map.of();
        }

        @Override
        public String snapshot(Viewer viewer, Set<StreamId> flows) {
          return "{}";
        }
      };

  /** In which engagement these flows are; unknown ones are left out. It never changes. */
  Map<StreamId, String> engagements(Collection<StreamId> flows);

  /**
   * The present state of what a viewer watches, at least as new as every event committed before the
   * call, bounded.
   *
   * @param flows that were chosen; empty for all of the viewer's engagement
   * @return a JSON object
   */
  String snapshot(Viewer viewer, Set<StreamId> flows);
}
