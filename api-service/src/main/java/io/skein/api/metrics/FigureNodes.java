package io.skein.api.metrics;

import io.skein.telemetry.series.Figures;
import io.skein.telemetry.series.SeriesAnswer;
import io.skein.telemetry.series.SeriesKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Figures as the API writes them. */
final class FigureNodes {
  private static final Map<SeriesKind, List<String>> COLUMNS =
      Map.of(
          SeriesKind.COUNTER, List.of(),
          SeriesKind.GAUGE, List.of("average", "total"),
          SeriesKind.DISTRIBUTION, List.of("p50", "p95", "p99"));

  private FigureNodes() {}

  /** Where the figures come from, and what may be missing. */
  static void head(SeriesAnswer answer, ObjectNode node) {
    node.put("from", answer.from().toString());
    node.put("minutes", answer.minutes());
    node.put("source", answer.source().text());
    node.put("complete", answer.complete());
    node.put("reason", answer.reason());
  }

  /** The figures of a name, minute by minute, for each combination of values of some tags. */
  static void series(SeriesAnswer answer, String name, Set<String> by, ObjectNode node) {
    SeriesKind kind = answer.kindOf(name);
    node.put("kind", kind.text());
    ArrayNode groups = node.putArray("series");
    for (Map.Entry<Map<String, String>, SortedMap<Instant, SeriesAnswer.Sum>> group :
        answer.by(name, by).entrySet()) {
      ObjectNode one = groups.addObject();
      ObjectNode tags = one.putObject("tags");
      group.getKey().forEach(tags::put);
      ArrayNode minutes = one.putArray("minutes");
      group.getValue().forEach((minute, sum) -> write(minute, kind, sum, minutes.addObject()));
    }
  }

  /**
   * The same in little space: for each line a row of figures a minute, whose first is the number of
   * the minute from the first that was asked for.
   */
  static void rows(SeriesAnswer answer, String name, Set<String> by, ObjectNode node) {
    SeriesKind kind = answer.kindOf(name);
    ArrayNode columns = node.putArray("columns").add("minute").add("count");
    COLUMNS.get(kind).forEach(columns::add);
    ArrayNode lines = node.putArray("lines");
    answer
        .by(name, by)
        .forEach((tags, minutes) -> {
          ObjectNode line = lines.addObject().put("label", String.join(" ", tags.values()));
          ArrayNode rows = line.putArray("rows");
          minutes.forEach((minute, sum) ->
              row(
                  kind,
                  sum,
                  rows.addArray().add(Duration.between(answer.from(), minute).toMinutes())));
        });
  }

  private static void row(SeriesKind kind, SeriesAnswer.Sum sum, ArrayNode row) {
    Figures figures = sum.figures();
    row.add(figures.count());
    switch (kind) {
      case COUNTER -> {}
      case GAUGE -> row.add(figures.average()).add(sum.total());
      case DISTRIBUTION ->
          row.add(figures.quantile(0.50)).add(figures.quantile(0.95)).add(figures.quantile(0.99));
    }
  }

  private static void write(
      Instant minute, SeriesKind kind, SeriesAnswer.Sum sum, ObjectNode node) {
    Figures figures = sum.figures();
    node.put("minute", minute.toString());
    node.put("count", figures.count());
    node.put("sum", figures.sum());
    node.put("average", figures.average());
    if (kind == SeriesKind.GAUGE) {
      node.put("total", sum.total());
    }
    if (kind != SeriesKind.COUNTER) {
      node.put("p50", figures.quantile(0.50));
      node.put("p95", figures.quantile(0.95));
      node.put("p99", figures.quantile(0.99));
    }
  }
}
