package io.skein.discovery.csv;

import java.util.Objects;

/** What must be known of a file to read any byte range of it. */
public record CsvLayout(Dialect dialect, Header header) {
  public CsvLayout {
    Objects.requireNonNull(dialect);
    Objects.requireNonNull(header);
  }
}
