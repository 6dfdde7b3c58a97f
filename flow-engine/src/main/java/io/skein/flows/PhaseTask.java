package io.skein.flows;

import io.skein.tasks.UnreadablePayloadException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a flow's task is to do, as its payload says.
 *
 * @param run of the phase; a task of another run than the phase's is refused
 * @param unit the planned batch, or null for the phase itself
 */
record PhaseTask(FlowId flow, String phase, int run, @Nullable String unit) {

  /**
   * @throws UnreadablePayloadException when it is of another shape; the task is put aside then
   */
  static PhaseTask parse(JsonMapper json, String payload) {
    try {
      JsonNode node = json.readTree(payload);
      return new PhaseTask(
          new FlowId(UUID.fromString(node.required("flow").stringValue())),
          node.required("phase").stringValue(),
          node.required("run").intValue(),
          node.has("unit") ? node.required("unit").stringValue() : null);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new UnreadablePayloadException(
          "the payload is no task of a flow: " + e.getMessage(), e);
    }
  }

  String payload(JsonMapper json) {
    var node =
        json.createObjectNode().put("flow", flow.toString()).put("phase", phase).put("run", run);
    if (unit != null) {
      node.put("unit", unit);
    }
    return json.writeValueAsString(node);
  }

  /** While a task with this key is live, no second one is enqueued. */
  String uniqueKey() {
    return flow + "/" + phase + "/" + run + "/" + (unit == null ? "" : unit);
  }
}
