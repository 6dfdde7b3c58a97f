package io.skein.discovery.csv;

import io.skein.discovery.csv.RowError.Severity;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes unique column names of the first record's cells, and tells whether that record is a header
 * at all.
 */
final class HeaderReader {
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}\\p{Cf}\\p{Cc}]+");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}");
  private static final Pattern VALUE =
      Pattern.compile(
          "[-+]?\\d+([.,]\\d+)?( ?[KMGT]i?B)?|\\d{4}-\\d{2}-\\d{2}.*|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}",
          Pattern.CASE_INSENSITIVE);
  private static final int LONGEST_NAME = 200;

  private final List<String> names = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final List<RowError> warnings = new ArrayList<>();

  /**
   * @param line physical line of the header
   */
  HeaderReader(List<String> cells, long line) {
    List<String> cleaned = cells.stream().map(HeaderReader::clean).toList();
    // A given name keeps its place; replacements move out of the way of all of them.
    Set<String> given = new HashSet<>();
    cleaned.forEach(name -> given.add(key(name)));
    for (int i = 0; i < cleaned.size(); i++) {
      String name = cleaned.get(i);
      if (name.isEmpty()) {
        String replacement = free("column_" + (i + 1), given);
        warnings.add(
            new RowError(
                0,
                line,
                replacement,
                "",
                "Column " + (i + 1) + " has no name; it is called \"" + replacement + "\".",
                Severity.WARNING));
        name = replacement;
      } else if (taken.contains(key(name))) {
        String replacement = numbered(name, given);
        warnings.add(
            new RowError(
                0,
                line,
                replacement,
                name,
                "Column "
                    + (i + 1)
                    + " is called \""
                    + name
                    + "\" like one before it; it is called \""
                    + replacement
                    + "\".",
                Severity.WARNING));
        name = replacement;
      }
      taken.add(key(name));
      names.add(name);
    }
  }

  Header header() {
    return new Header(names);
  }

  List<RowError> warnings() {
    return warnings;
  }

  /**
   * Whether the cells are values rather than names: an address among them, or mostly numbers and
   * dates.
   */
  static boolean looksLikeData(List<String> cells) {
    List<String> filled =
        cells.stream().map(String::strip).filter(cell -> !cell.isEmpty()).toList();
    boolean address = filled.stream().anyMatch(cell -> ADDRESS.matcher(cell).matches());
    long values = filled.stream().filter(cell -> VALUE.matcher(cell).matches()).count();
    return address || (values >= 2 && values * 2 > filled.size());
  }

  private String free(String name, Set<String> given) {
    return taken.contains(key(name)) || given.contains(key(name)) ? numbered(name, given) : name;
  }

  private String numbered(String name, Set<String> given) {
    int n = 2;
    while (taken.contains(key(name + "_" + n)) || given.contains(key(name + "_" + n))) {
      n++;
    }
    return name + "_" + n;
  }

  private static String clean(String cell) {
    String name =
        SPACE.matcher(Normalizer.normalize(cell, Normalizer.Form.NFC)).replaceAll(" ").strip();
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME).strip();
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
