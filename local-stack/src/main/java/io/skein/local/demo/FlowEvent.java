package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One event of a flow's stream. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record FlowEvent(
    long seq,
    String id,
    String type,
    @Nullable String phase,
    @Nullable JsonNode payload,
    long version,
    @Nullable String occurredAt) {

  /** Why something failed, in the event's own words; null for every other event. */
  @Nullable String reason() {
    JsonNode reason = payload == null ? null : payload.get("reason");
    return reason == null ? null : reason.asString();
  }
}
