package io.skein.telemetry.series;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is counted under a name. */
public enum SeriesKind {
  /** Things that happened: the count says how often, the sum how many. */
  COUNTER,
  /** Times or sizes, each of which was seen. */
  DISTRIBUTION,
  /** Something that is there all the time, looked at every five seconds by each process. */
  GAUGE;

  /** As the API says it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<SeriesKind> parse(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
  }
}
