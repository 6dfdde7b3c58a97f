package io.skein.api.tasks;

import io.javalin.http.Context;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers that change by the second. Thread safe. */
final class JsonAnswers {
  private final JsonMapper json;

  JsonAnswers(JsonMapper json) {
    this.json = json;
  }

  ObjectNode node() {
    return json.createObjectNode();
  }

  void write(Context context, ObjectNode body) {
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }
}
