package io.skein.bench;

import io.skein.bench.load.Stamp;

/** JSON objects of a given size. */
public final class Payload {
  private static final String STAMPED = "{\"at\":\"%s\",\"text\":\"%s\"}";

  private Payload() {}

  /** Of about so many characters. */
  public static String of(int size) {
    return STAMPED.formatted("", "x".repeat(Math.max(0, size - 20)));
  }

  /** The same with the moment at which it was to be sent. */
  public static String stamped(long micros, int size) {
    return STAMPED.formatted(Stamp.text(micros), "x".repeat(Math.max(0, size - 38)));
  }
}
