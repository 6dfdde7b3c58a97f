package io.skein.flows;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The new standing of a flow; what is null is cleared. */
record FlowChange(
    FlowStatus status, int progress, @Nullable JsonNode approval, Flow.@Nullable FlowError error) {

  static FlowChange to(FlowStatus status, int progress) {
    return new FlowChange(status, progress, null, null);
  }
}
