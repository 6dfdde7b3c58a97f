package io.skein.discovery.cleansing;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text of one cell, for cleaners: what counts as empty, and how several values in one cell are told
 * apart.
 */
public final class Cells {

  /** Most values taken from one cell; the rest is reported. */
  static final int MAX_VALUES = 1_000;

  private static final Set<String> PLACEHOLDERS =
      Set.of(
          "n/a",
          "n.a.",
          "n.a",
          "na",
          "#n/a",
          "#ref!",
          "#value!",
          "#name?",
          "-",
          "--",
          "---",
          "–",
          "—",
          ".",
          "?",
          "??",
          "???",
          "_",
          "none",
          "null",
          "nil",
          "nan",
          "(null)",
          "<null>",
          "(none)",
          "<none>",
          "(blank)",
          "[]",
          "{}",
          "unknown",
          "unbekannt",
          "inconnu",
          "desconocido",
          "undefined",
          "undetermined",
          "unspecified",
          "not specified",
          "not available",
          "not applicable",
          "not set",
          "not known",
          "not assigned",
          "unassigned",
          "tbd",
          "tbc",
          "tba",
          "to be determined",
          "to be defined",
          "to be confirmed",
          "todo",
          "no data",
          "empty",
          "blank",
          "missing",
          "keine",
          "aucun",
          "ninguno",
          "k.a.",
          "k. a.",
          "entfällt",
          "xxx",
          "n/d",
          "s/o");

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\p{Zs}\\u200B\\uFEFF]+");
  private static final Pattern STRONG_DELIMITER = Pattern.compile("[;|\\r\\n]");
  private static final Pattern COMMA = Pattern.compile(",");

  private Cells() {}

  /**
   * The text with spaces collapsed and control characters gone; null for nothing or a placeholder.
   */
  public static @Nullable String text(@Nullable String cell) {
    if (cell == null || cell.isEmpty()) {
      return null;
    }
    String text = CONTROL.matcher(cell).replaceAll(" ").strip();
    text = stripPair(text, '"', '"');
    text = stripPair(text, '\'', '\'');
    return text.isEmpty() || PLACEHOLDERS.contains(text.toLowerCase(Locale.ROOT)) ? null : text;
  }

  /** {@link #text} in compatibility form and lower case, for comparison with a vocabulary. */
  static @Nullable String keyword(@Nullable String cell) {
    String text = text(cell);
    return text == null
        ? null
        : Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }

  /**
   * The values of a cell, without repeats ignoring case. Semicolon, bar and line break divide; a
   * comma only does where none of these does, so that {@code Smith, Inc; Miller} are two values.
   */
  static List<String> values(@Nullable String cell) {
    if (cell == null || cell.isBlank()) {
      return List.of();
    }
    String list = stripPair(stripPair(cell.strip(), '[', ']'), '{', '}');
    Pattern delimiter = STRONG_DELIMITER.matcher(list).find() ? STRONG_DELIMITER : COMMA;
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : delimiter.split(list)) {
      String value = text(part);
      if (value != null) {
        values.putIfAbsent(value.toLowerCase(Locale.ROOT), value);
      }
    }
    return new ArrayList<>(values.values());
  }

  private static String stripPair(String text, char open, char close) {
    return text.length() >= 2 && text.charAt(0) == open && text.charAt(text.length() - 1) == close
        ? text.substring(1, text.length() - 1).strip()
        : text;
  }
}
