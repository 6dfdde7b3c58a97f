package io.skein.flows;

import io.skein.events.Appended;
import io.skein.events.Journal;
import io.skein.events.NewEvent;
import io.skein.postgres.TraceParent;
import io.skein.postgres.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The events of one step, collected and appended together so that the step costs one row lock of
 * the stream. Not thread safe.
 */
final class FlowEvents {
  private static final String SOURCE = "flow-engine";

  private final JsonMapper json;
  private final @Nullable String correlationId;
  private final @Nullable TraceParent trace;
  private final List<NewEvent> events = new ArrayList<>();

  FlowEvents(JsonMapper json, Flow flow) {
    this(json, flow.correlationId(), flow.trace());
  }

  FlowEvents(JsonMapper json, @Nullable String correlationId, @Nullable TraceParent trace) {
    this.json = json;
    this.correlationId = correlationId;
    this.trace = trace;
  }

  ObjectNode payload() {
    return json.createObjectNode();
  }

  ObjectNode summary(JsonNode summary) {
    ObjectNode payload = payload();
    payload.set("summary", summary);
    return payload;
  }

  FlowEvents add(String type, @Nullable String phase, ObjectNode payload) {
    events.add(
        new NewEvent(
            type, phase, json.writeValueAsString(payload), SOURCE, correlationId, trace, true));
    return this;
  }

  Appended append(Transaction transaction, Journal journal, FlowId flow) {
    return journal.append(transaction, flow.stream(), List.copyOf(events));
  }
}
