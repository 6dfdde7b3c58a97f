package io.skein.tasks;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How long names may be, so that an index can hold them; {@code skein_enqueue} asks the same. */
final class Names {
  /** Characters of a queue, a type, a tenant or a schedule's name. */
  private static final int LONGEST = 200;

  /** Bytes in UTF-8 of a unique key or a concurrency key. */
  private static final int LONGEST_KEY = 500;

  private Names() {}

  static void check(String what, @Nullable String name) {
    if (name != null && name.codePointCount(0, name.length()) > LONGEST) {
      throw new IllegalArgumentException(what + " may have " + LONGEST + " characters");
    }
  }

  static void checkKey(String what, @Nullable String key) {
    if (key != null && key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
      throw new IllegalArgumentException(
          what + " may have " + LONGEST_KEY + " bytes; take a hash of it");
    }
  }
}
