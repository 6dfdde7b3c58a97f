package io.skein.discovery;

import io.skein.discovery.mapping.Correction;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads {@code {"mapping": [{"file"?, "column", "field"|null}]}}. */
final class CorrectionReader {
  private static final String SHAPE =
      "The body must be {} or {\"mapping\": [{\"file\": name (optional), \"column\": name,"
          + " \"field\": name or null}]}. Correct it and send it again.";

  private CorrectionReader() {}

  static Outcome read(JsonNode answer) {
    if (!answer.isObject()) {
      return new Unreadable(SHAPE);
    }
    JsonNode mapping = answer.get("mapping");
    if (mapping == null) {
      return answer.isEmpty() ? new Corrections(List.of()) : new Unreadable(SHAPE);
    }
    List<Correction> corrections = new ArrayList<>();
    if (!mapping.isArray()) {
      return new Unreadable(SHAPE);
    }
    for (JsonNode entry : mapping) {
      JsonNode file = entry.path("file");
      JsonNode column = entry.path("column");
      JsonNode field = entry.path("field");
      boolean readable =
          column.isString()
              && (file.isMissingNode() || file.isNull() || file.isString())
              && entry.has("field")
              && (field.isNull() || field.isString());
      if (!readable) {
        return new Unreadable(SHAPE);
      }
      corrections.add(
          new Correction(
              file.isString() ? file.asString() : null,
              column.asString(),
              field.isString() ? field.asString() : null));
    }
    return new Corrections(corrections);
  }

  sealed interface Outcome {}

  record Corrections(List<Correction> list) implements Outcome {}

  record Unreadable(String reason) implements Outcome {}
}
