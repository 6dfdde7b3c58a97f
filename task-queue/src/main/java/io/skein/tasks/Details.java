package io.skein.tasks;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Sees to it that what a handler leaves can be written together with other tasks' details. */
final class Details {
  private static final int BOUND = 1 << 16;
  private static final JsonMapper JSON = new JsonMapper();

  private Details() {}

  static String checked(String json) {
    if (json.length() > BOUND) {
      throw new IllegalArgumentException("details have at most " + BOUND + " characters");
    }
    try {
      String canonical = JSON.writeValueAsString(JSON.readTree(json));
      if (canonical.contains("\\u0000")) {
        throw new IllegalArgumentException("details cannot hold U+0000");
      }
      return canonical;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("details are JSON", e);
    }
  }
}
