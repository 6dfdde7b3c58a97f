package io.skein.telemetry.series;

/** A question whose answer would not fit into the memory that one may take. */
public final class TooManyFiguresException extends RuntimeException {
  TooManyFiguresException(int most) {
    super(
        "The answer would have more than "
            + most
            + " rows: one for each minute and each combination of tags. Ask for fewer minutes or"
            + " tags.");
  }
}
