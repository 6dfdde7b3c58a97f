package io.skein.events;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Progress as JSON in Redis, the same object that clients see. */
final class AgentUpdateJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private AgentUpdateJson() {}

  /**
   * @throws IllegalArgumentException when the details are not a JSON object
   */
  static byte[] write(AgentUpdate update) {
    ObjectNode node = JSON.createObjectNode();
    node.put("agent", update.agent());
    node.put("phase", update.phase());
    node.put("attempt", update.attempt());
    node.put("percent", update.percent());
    node.put("status", update.status());
    node.set("details", details(update));
    node.put("updatedAt", update.updatedAt().toString());
    return JSON.writeValueAsBytes(node);
  }

  /** Empty for what cannot be read: it is only an observation, and the next one replaces it. */
  static Optional<AgentUpdate> read(byte[] bytes, int offset) {
    try {
      JsonNode node = JSON.readTree(bytes, offset, bytes.length - offset);
      return Optional.of(
          new AgentUpdate(
              node.path("agent").asString(""),
              node.path("phase").isString() ? node.path("phase").asString() : null,
              node.path("attempt").asInt(1),
              node.path("percent").asDouble(0),
              node.path("status").asString(""),
              node.path("details").isObject() ? node.path("details").toString() : "{}",
              Instant.parse(node.path("updatedAt").asString(""))));
    } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static JsonNode details(AgentUpdate update) {
    try {
      JsonNode details = JSON.readTree(update.detailsJson().getBytes(StandardCharsets.UTF_8));
      if (details.isObject()) {
        return details;
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException("details must be a JSON object", e);
    }
    throw new IllegalArgumentException("details must be a JSON object");
  }
}
