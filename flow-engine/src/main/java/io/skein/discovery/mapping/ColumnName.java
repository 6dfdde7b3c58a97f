package io.skein.discovery.mapping;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A column name in words, with the unit taken out. */
record ColumnName(String text, List<String> tokens, @Nullable Unit unit) {
  private static final Map<String, Unit> UNITS =
      Map.ofEntries(
          Map.entry("bytes", Unit.BYTES),
          Map.entry("kb", Unit.KB),
          Map.entry("kib", Unit.KB),
          Map.entry("mb", Unit.MB),
          Map.entry("mib", Unit.MB),
          Map.entry("gb", Unit.GB),
          Map.entry("gib", Unit.GB),
          Map.entry("tb", Unit.TB),
          Map.entry("tib", Unit.TB));

  /** French units, which are words otherwise, so in brackets only. */
  private static final Map<String, Unit> BRACKETED =
      Map.of("ko", Unit.KB, "mo", Unit.MB, "go", Unit.GB, "to", Unit.TB, "o", Unit.BYTES);

  private static final Pattern BRACKETS = Pattern.compile("[(\\[]\\s*([A-Za-z]{1,5})\\s*[)\\]]");

  static ColumnName of(String text) {
    Matcher brackets = BRACKETS.matcher(text);
    if (brackets.find()) {
      String inside = Words.plain(brackets.group(1));
      Unit unit = UNITS.getOrDefault(inside, BRACKETED.get(inside));
      if (unit != null) {
        return new ColumnName(text, Words.tokens(brackets.replaceFirst(" ")), unit);
      }
    }
    // Camel case would split "sizeGiB"; a unit at the end is seen before.
    List<String> tokens = Words.tokens(text.replaceAll("(?<=[a-z])([KMGT])i?B\\b", "_$1B"));
    Unit unit =
        tokens.stream().map(UNITS::get).filter(found -> found != null).findFirst().orElse(null);
    return new ColumnName(
        text,
        tokens.size() > 1
            ? tokens.stream().filter(token -> !UNITS.containsKey(token)).toList()
            : tokens,
        unit);
  }

  /** Whether somebody gave it; {@code column_3} stands for an empty name. */
  boolean isGiven() {
    return !text.matches("column_\\d+(_\\d+)?");
  }
}
