package io.skein.discovery;

import io.skein.flows.PhaseBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Batches that are ranges of sorted keys: each from its first key to the next one's. */
final class KeyRanges {
  private KeyRanges() {}

  static List<PhaseBatch> plan(List<String> firstKeys, JsonMapper json) {
    List<PhaseBatch> batches = new ArrayList<>();
    for (int i = 0; i < firstKeys.size(); i++) {
      ObjectNode spec = json.createObjectNode().put("from", firstKeys.get(i));
      if (i + 1 < firstKeys.size()) {
        spec.put("to", firstKeys.get(i + 1));
      }
      batches.add(new PhaseBatch("range-%06d".formatted(i), spec));
    }
    return batches;
  }

  static String from(JsonNode spec) {
    return spec.get("from").asString();
  }

  /** The key after the last; null for the last range. */
  static @Nullable String to(JsonNode spec) {
    return spec.has("to") ? spec.get("to").asString() : null;
  }
}
