package io.skein.discovery.lifecycle;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * When a kind of support ends, as the table says it.
 *
 * @param kind whether there is a day, or only a yes or no
 * @param lastDay the last day of support; given exactly when the kind is {@code ON_DAY}
 */
record SupportEnd(Kind kind, @Nullable LocalDate lastDay) {

  enum Kind {
    ON_DAY,
    /** Over, the day is not known. */
    ENDED,
    /** Not over, the day is not known. */
    NOT_ENDED,
    /** The table says nothing: there is no such support. */
    NONE
  }

  /** Reads a cell: a day, {@code true} (ended), {@code false} (not ended) or nothing. */
  static SupportEnd parse(String cell) {
    return switch (cell) {
      case "" -> new SupportEnd(Kind.NONE, null);
      case "true" -> new SupportEnd(Kind.ENDED, null);
      case "false" -> new SupportEnd(Kind.NOT_ENDED, null);
      default -> new SupportEnd(Kind.ON_DAY, LocalDate.parse(cell));
    };
  }

  /** Whether the support is there on a day. The last day still counts. */
  boolean runsOn(LocalDate day) {
    return switch (kind) {
      case ON_DAY -> lastDay != null && !day.isAfter(lastDay);
      case NOT_ENDED -> true;
      case ENDED, NONE -> false;
    };
  }
}
