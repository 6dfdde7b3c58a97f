package io.skein.api.metrics;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Paging;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.telemetry.series.SeriesAnswer;
import io.skein.telemetry.series.SeriesQuestion;
import io.skein.telemetry.series.Telemetry;
import io.skein.telemetry.series.TooManyFiguresException;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/metrics}: figures of all instances, minute by minute, from any of them. They are
 * of all accounts together, so only operators see them.
 */
public final class MetricRoutes {
  private static final String PATH = "/api/v1/metrics";
  private static final int HOUR = 60;
  private static final int DAY = 1_440;
  private static final int MOST_TAGS = 3;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.]{0,99}");

  /** Minutes that anybody may ask for at the same time as others. */
  private static final int SHORT = 180;

  private final Semaphore longReads = new Semaphore(1);
  private final Telemetry telemetry;
  private final JsonMapper json;

  public MetricRoutes(Telemetry telemetry, JsonMapper json) {
    this.telemetry = telemetry;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.get(PATH + "/{name}", QueryParameters.of("minutes").andLists("by").of(this::show));
  }

  private void list(Context context) {
    Roles.demand(context, Role.OPERATOR);
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("items");
    telemetry.names().forEach(items::add);
    answer(context, json.writeValueAsBytes(body));
  }

  private void show(Context context) {
    Roles.demand(context, Role.OPERATOR);
    String name = checked(context.pathParam("name"), "The name of a figure");
    Set<String> by = new TreeSet<>();
    context.queryParams("by").forEach(tag -> by.add(checked(tag, "by")));
    if (by.size() > MOST_TAGS) {
      throw malformed("by can be given " + MOST_TAGS + " times. Send fewer.");
    }
    int minutes = Math.toIntExact(Paging.number(context, "minutes", HOUR, 1, DAY));
    SeriesQuestion question = new SeriesQuestion(name, by);
    SeriesAnswer answer = minutes > SHORT ? readLong(question, minutes) : read(question, minutes);
    demandKnown(answer, question);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator out = json.createGenerator(body)) {
      out.writeStartObject();
      ObjectNode head = json.createObjectNode().put("name", name);
      FigureNodes.head(answer, head);
      head.properties()
          .forEach(property -> {
            out.writeName(property.getKey());
            out.writeTree(property.getValue());
          });
      FigureNodes.series(answer, question, out);
      out.writeEndObject();
    }
    answer(context, body.toByteArray());
  }

  private SeriesAnswer read(SeriesQuestion question, int minutes) {
    try {
      return telemetry.read(question, minutes);
    } catch (TooManyFiguresException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  /** One after the other: they move and count many megabytes. */
  private SeriesAnswer readLong(SeriesQuestion question, int minutes) {
    if (!longReads.tryAcquire()) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Another question for more than three hours is being answered. Try again in a moment.")
          .withHeader("Retry-After", "2")
          .exception();
    }
    try {
      return read(question, minutes);
    } finally {
      longReads.release();
    }
  }

  /** A misspelled name or tag would otherwise look like one of which nothing was counted. */
  private void demandKnown(SeriesAnswer answer, SeriesQuestion question) {
    Optional<Set<String>> tags =
        answer.tagsOf(question.name()).or(() -> telemetry.tagsOf(question.name()));
    if (tags.isEmpty() && !telemetry.knows(question.name())) {
      throw Problem.of(
              ProblemType.NOT_FOUND,
              "Nothing was counted under the name "
                  + question.name()
                  + " in the days that are kept. GET "
                  + PATH
                  + " lists the names.")
          .exception();
    }
    Set<String> known = new TreeSet<>(tags.orElse(question.by()));
    known.add(SeriesAnswer.INSTANCE);
    Set<String> unknown = new TreeSet<>(question.by());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw malformed(
          question.name()
              + " has no tag "
              + String.join(", ", unknown)
              + ". It has "
              + String.join(", ", known)
              + ".");
    }
  }

  private static String checked(String name, String what) {
    if (!NAME.matcher(name).matches()) {
      throw malformed(
          what + " has small letters, digits, dots and underscores, at most 100 together.");
    }
    return name;
  }

  private static ProblemException malformed(String detail) {
    return Problem.of(ProblemType.MALFORMED_REQUEST, detail).exception();
  }

  private static void answer(Context context, byte[] body) {
    context.header("Cache-Control", "no-store").contentType("application/json").result(body);
  }
}
