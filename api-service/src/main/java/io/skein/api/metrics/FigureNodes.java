package io.skein.api.metrics;

import io.skein.telemetry.series.SeriesAnswer;
import io.skein.telemetry.series.SeriesAnswer.Quantiles;
import io.skein.telemetry.series.SeriesKind;
import io.skein.telemetry.series.SeriesQuestion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
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

  /**
   * The minutes of a question, for each combination of values of its tags: written as they come,
   * since an answer may have many thousands.
   */
  static void series(SeriesAnswer answer, SeriesQuestion question, JsonGenerator out) {
    SeriesKind kind = answer.kindOf(question.name());
    out.writeStringProperty("kind", kind.text());
    out.writeArrayPropertyStart("series");
    answer
        .of(question)
        .forEach((tags, minutes) -> {
          out.writeStartObject();
          out.writeObjectPropertyStart("tags");
          tags.forEach(out::writeStringProperty);
          out.writeEndObject();
          out.writeArrayPropertyStart("minutes");
          minutes.forEach((minute, sum) -> out.writeTree(row(minute, kind, sum)));
          out.writeEndArray();
          out.writeEndObject();
        });
    out.writeEndArray();
  }

  /**
   * The same in little space: for each line a row of figures a minute, whose first is the number of
   * the minute from the first that was asked for.
   */
  static void rows(SeriesAnswer answer, SeriesQuestion question, ObjectNode node) {
    SeriesKind kind = answer.kindOf(question.name());
    ArrayNode columns = node.putArray("columns").add("minute").add("count");
    COLUMNS.getOrDefault(kind, List.of()).forEach(columns::add);
    ArrayNode lines = node.putArray("lines");
    answer
        .of(question)
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
    row.add(sum.count());
    switch (kind) {
      case COUNTER -> {}
      case GAUGE -> row.add(sum.average()).add(sum.total());
      case DISTRIBUTION -> {
        Quantiles quantiles = sum.quantiles();
        if (quantiles == null) {
          row.addNull().addNull().addNull();
        } else {
          row.add(quantiles.p50()).add(quantiles.p95()).add(quantiles.p99());
        }
      }
    }
  }

  private static ObjectNode row(Instant minute, SeriesKind kind, SeriesAnswer.Sum sum) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("minute", minute.toString());
    node.put("count", sum.count());
    node.put("sum", sum.sum());
    node.put("average", sum.average());
    if (kind == SeriesKind.GAUGE) {
      node.put("total", sum.total());
    }
    Quantiles quantiles = sum.quantiles();
    if (kind != SeriesKind.COUNTER) {
      node.put("p50", quantiles == null ? null : (Double) quantiles.p50());
      node.put("p95", quantiles == null ? null : (Double) quantiles.p95());
      node.put("p99", quantiles == null ? null : (Double) quantiles.p99());
    }
    return node;
  }
}
