package io.skein.api;

import java.util.Arrays;
import java.util.Locale;

/** Whether an instance measures itself. */
enum Measuring {
  ON,
  OFF;

  /**
   * @throws IllegalArgumentException when it is neither
   */
  static Measuring parse(String text) {
    return Arrays.stream(values())
        .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("neither on nor off"));
  }
}
