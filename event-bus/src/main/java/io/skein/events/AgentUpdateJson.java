package io.skein.events;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Progress as JSON in Redis, the same object that clients see. */
final class AgentUpdateJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private AgentUpdateJson() {}

  /**
   * @throws IllegalArgumentException when the details are not a JSON object
   */
  static byte[] write(AgentUpdate update) {
    requireObject(update.detailsJson());
    return JSON.writeValueAsBytes(EventJson.of(update));
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

  private static void requireObject(String details) {
    try {
      if (JSON.readTree(details).isObject()) {
        return;
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException("details must be a JSON object", e);
    }
    throw new IllegalArgumentException("details must be a JSON object");
  }
}
