package io.skein.discovery.csv;

import java.util.Objects;

/**
 * How the cells of a file are written.
 *
 * @param delimiter stands between cells: comma, semicolon, tab or bar
 * @param quote encloses cells that hold delimiters or line ends; doubled inside
 */
public record Dialect(Encoding encoding, char delimiter, char quote) {
  public Dialect {
    Objects.requireNonNull(encoding);
    if (delimiter == quote || delimiter > 0x7f || quote > 0x7f) {
      throw new IllegalArgumentException(
          "Delimiter and quote must be two different ASCII characters");
    }
  }
}
