package io.skein.telemetry.series;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures by their tags as JSON, short enough for a field and plain enough to be read with {@code
 * redis-cli}. Thread safe.
 */
final class PartText {
  private static final JsonMapper JSON = JsonMapper.shared();

  private PartText() {}

  /** What a part holds. */
  record Content(SeriesKind kind, Map<Map<String, String>, Figures> byTags) {}

  static String write(Content content) {
    ObjectNode node = JSON.createObjectNode().put("kind", content.kind().text());
    ArrayNode all = node.putArray("series");
    content
        .byTags()
        .forEach((tags, figures) -> {
          ObjectNode one = all.addObject();
          ObjectNode named = one.putObject("tags");
          new TreeMap<>(tags).forEach(named::put);
          one.put("count", figures.count()).put("sum", figures.billionths());
          ObjectNode buckets = one.putObject("buckets");
          figures
              .buckets()
              .forEach((bucket, count) -> buckets.put(Integer.toString(bucket), count));
        });
    return JSON.writeValueAsString(node);
  }

  /**
   * @throws tools.jackson.core.JacksonException when somebody else wrote it
   */
  static Content read(String text) {
    JsonNode node = JSON.readTree(text);
    Map<Map<String, String>, Figures> byTags = new LinkedHashMap<>();
    for (JsonNode one : node.path("series")) {
      Map<String, String> tags = new TreeMap<>();
      one.path("tags")
          .properties()
          .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString()));
      Map<Integer, Long> buckets = new HashMap<>();
      one.path("buckets")
          .properties()
          .forEach(
              bucket -> buckets.put(Integer.valueOf(bucket.getKey()), bucket.getValue().asLong()));
      byTags.put(
          tags,
          new Figures(one.path("count").asLong(), one.path("sum").asLong(), Buckets.of(buckets)));
    }
    String kind = node.path("kind").asString();
    return new Content(
        SeriesKind.parse(kind)
            .orElseThrow(() -> new IllegalArgumentException("there is no kind " + kind)),
        byTags);
  }
}
