package io.skein.telemetry.series;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A part as field and value of its minute's hash: {@code name|process} and {@code flush text}. */
final class PartField {
  private static final char BETWEEN = '|';

  private PartField() {}

  static byte[] field(Part part) {
    return (part.name() + BETWEEN + part.process()).getBytes(UTF_8);
  }

  static byte[] value(Part part) {
    return (part.flush() + " " + part.text()).getBytes(UTF_8);
  }

  /** Else the field says something of the hash. */
  static boolean isPart(String field) {
    return field.indexOf(BETWEEN) >= 0;
  }

  /** A name may have the mark, a process never has. */
  static String nameOf(String field) {
    return field.substring(0, field.lastIndexOf(BETWEEN));
  }

  /** One whose value makes no sense is older than any other, and its reader will say so. */
  static Part part(long minute, String field, String value) {
    String process = field.substring(field.lastIndexOf(BETWEEN) + 1);
    int space = value.indexOf(' ');
    try {
      long flush = Long.parseLong(value.substring(0, Math.max(space, 0)));
      return new Part(nameOf(field), minute, process, flush, value.substring(space + 1));
    } catch (NumberFormatException e) {
      return new Part(nameOf(field), minute, process, 0, value);
    }
  }
}
