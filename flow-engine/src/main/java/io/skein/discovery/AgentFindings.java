package io.skein.discovery;

import io.skein.discovery.lifecycle.Finding;
import io.skein.flows.PhaseFailedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads findings that an agent has answered; says exactly what is wrong with them. */
final class AgentFindings {
  private static final int MOST = 10_000;
  private static final int LONGEST_TITLE = 200;
  private static final int LONGEST_DETAIL = 2_000;

  private AgentFindings() {}

  /**
   * @param result {@code {"findings": [{"severity", "category", "asset", "title", "detail"}]}}
   * @throws PhaseFailedException naming the first that is wrong
   */
  static List<Finding> read(JsonNode result) throws PhaseFailedException {
    JsonNode items = result.path("findings");
    if (!items.isArray() || items.size() > MOST) {
      throw new PhaseFailedException("findings must be a list of at most " + MOST);
    }
    List<Finding> findings = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      String place = "findings[" + i + "].";
      JsonNode item = items.get(i);
      findings.add(
          new Finding(
              constant(item, place, "severity", Finding.Severity.values()),
              constant(item, place, "category", Finding.Category.values()),
              asset(item, place),
              text(item, place, "title", LONGEST_TITLE),
              text(item, place, "detail", LONGEST_DETAIL)));
    }
    return findings;
  }

  private static @Nullable String asset(JsonNode item, String place) throws PhaseFailedException {
    return item.path("asset").isMissingNode() || item.path("asset").isNull()
        ? null
        : text(item, place, "asset", LONGEST_DETAIL);
  }

  private static String text(JsonNode item, String place, String field, int longest)
      throws PhaseFailedException {
    JsonNode node = item.path(field);
    String text = node.isString() ? node.stringValue() : "";
    if (text.isBlank() || text.length() > longest || text.indexOf('\u0000') >= 0) {
      throw new PhaseFailedException(
          place + field + " must be a text of 1 to " + longest + " characters without U+0000");
    }
    return text;
  }

  private static <E extends Enum<E>> E constant(
      JsonNode item, String place, String field, E[] known) throws PhaseFailedException {
    String text = item.path(field).asString("").toUpperCase(Locale.ROOT);
    for (E value : known) {
      if (value.name().equals(text)) {
        return value;
      }
    }
    throw new PhaseFailedException(
        place + field + " must be one of " + Arrays.toString(known).toLowerCase(Locale.ROOT));
  }
}
