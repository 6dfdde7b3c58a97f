package io.skein.events;

import io.skein.postgres.TraceParent;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Events and progress as clients see them, on a stream and in a history alike. What was given as
 * JSON keeps its bytes, but that a line break between two tokens becomes a blank. Thread safe.
 */
public final class EventJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private EventJson() {}

  /**
   * {@code seq, id, type, phase, payload, source, correlationId, traceparent, version, occurredAt}.
   */
  public static ObjectNode of(StoredEvent event) {
    ObjectNode data = JSON.createObjectNode();
    data.put("seq", event.sequence().value());
    data.put("id", event.id().toString());
    data.put("type", event.type());
    data.put("phase", event.phase());
    data.putRawValue("payload", raw(event.payloadJson()));
    data.put("source", event.source());
    data.put("correlationId", event.correlationId());
    TraceParent trace = event.trace();
    data.put("traceparent", trace == null ? null : trace.toString());
    data.put("version", event.stateVersion());
    data.put("occurredAt", event.occurredAt().toString());
    return data;
  }

  /** {@code agent, phase, attempt, percent, status, details, updatedAt}. */
  public static ObjectNode of(AgentUpdate update) {
    ObjectNode data = JSON.createObjectNode();
    data.put("agent", update.agent());
    data.put("phase", update.phase());
    data.put("attempt", update.attempt());
    data.put("percent", update.percent());
    data.put("status", update.status());
    data.putRawValue("details", raw(update.detailsJson()));
    data.put("updatedAt", update.updatedAt().toString());
    return data;
  }

  /** JSON in one line: a bare line break is white space in JSON, but would end a frame. */
  public static RawValue raw(String json) {
    return new RawValue(json.replace('\n', ' ').replace('\r', ' '));
  }
}
