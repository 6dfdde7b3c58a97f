package io.skein.flows;

import java.time.Duration;
import java.util.List;

/**
 * One phase of a kind of flow.
 *
 * @param name unique within the kind
 * @param after phases that must have completed before this one starts
 * @param share percent of the flow's progress that its completion adds
 * @param timeLimit for one run, from its start to its completion
 */
public record PhaseDefinition(String name, List<String> after, int share, Duration timeLimit) {
  public PhaseDefinition {
    after = List.copyOf(after);
  }
}
