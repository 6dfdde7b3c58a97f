package io.skein.discovery.csv;

import java.util.List;

/**
 * The columns of a file by unique name, in order. Names that were empty or repeated have been
 * replaced by stable ones ({@code column_3}, {@code name_2}).
 *
 * @param names unique regardless of case, never empty
 */
public record Header(List<String> names) {
  public Header {
    names = List.copyOf(names);
  }

  /** How many columns a row must have. */
  public int size() {
    return names.size();
  }
}
