package io.skein.flows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a flow as the API answers it and the state cache keeps it. Thread safe. */
public final class FlowJson {
  private final JsonMapper json;

  public FlowJson(JsonMapper json) {
    this.json = json;
  }

  public ObjectNode node(Flow flow) {
    ObjectNode node = json.createObjectNode();
    node.put("flowId", flow.id().toString());
    node.put("name", flow.name());
    node.put("kind", flow.kind());
    node.put("status", flow.status().wireName());
    node.put("currentPhase", flow.currentPhases().getFirst());
    ArrayNode current = node.putArray("currentPhases");
    flow.currentPhases().forEach(current::add);
    node.put("progress", flow.progress());
    node.put("version", flow.version());
    node.put("epoch", flow.epoch());
    node.put("asOf", flow.asOf().toString());
    node.put("createdAt", flow.createdAt().toString());
    node.put("updatedAt", flow.updatedAt().toString());
    node.put("createdBy", flow.createdBy());
    ArrayNode phases = node.putArray("phases");
    flow.phases().forEach(phase -> phases.add(phase(flow, phase)));
    ArrayNode files = node.putArray("files");
    for (Flow.FlowFile file : flow.files()) {
      files
          .addObject()
          .put("uploadId", file.uploadId().toString())
          .put("name", file.name())
          .put("bytes", file.bytes());
    }
    Flow.FlowError error = flow.error();
    if (error == null) {
      node.putNull("error");
    } else {
      node.putObject("error").put("phase", error.phase()).put("reason", error.reason());
    }
    node.set("approval", flow.approval() == null ? json.nullNode() : flow.approval());
    return node;
  }

  public String text(Flow flow) {
    return json.writeValueAsString(node(flow));
  }

  /** UTF-8. */
  public byte[] bytes(Flow flow) {
    return json.writeValueAsBytes(node(flow));
  }

  private ObjectNode phase(Flow flow, PhaseState phase) {
    boolean paused = flow.status() == FlowStatus.PAUSED && phase.status() == PhaseStatus.RUNNING;
    ObjectNode node = json.createObjectNode();
    node.put("phase", phase.phase());
    node.put("status", paused ? "paused" : phase.status().wireName());
    node.put("run", phase.run());
    put(node, "startedAt", phase.startedAt());
    put(node, "endedAt", phase.endedAt());
    node.put("batchesTotal", phase.unitsTotal());
    node.put("batchesDone", phase.unitsDone());
    node.set("summary", phase.summary());
    return node;
  }

  private static void put(ObjectNode node, String name, @Nullable Instant instant) {
    if (instant == null) {
      node.putNull(name);
    } else {
      node.put(name, instant.toString());
    }
  }
}
