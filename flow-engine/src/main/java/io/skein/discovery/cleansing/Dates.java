package io.skein.discovery.cleansing;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates as people and spreadsheets write them. */
final class Dates {

  private static final Pattern YEAR_FIRST =
      Pattern.compile("(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})(?:[t ].*)?");
  private static final Pattern COMPACT = Pattern.compile("((?:19|20)\\d{2})(\\d{2})(\\d{2})");
  private static final Pattern DAY_DOT_MONTH =
      Pattern.compile("(\\d{1,2})\\.\\s?(\\d{1,2})\\.\\s?(\\d{4}|\\d{2})(?: .*)?");
  private static final Pattern SLASHES =
      Pattern.compile("(\\d{1,2})[/-](\\d{1,2})[/-](\\d{4}|\\d{2})(?: .*)?");
  private static final Pattern SPREADSHEET_DAYS = Pattern.compile("([2-6]\\d{4})(?:\\.\\d+)?");
  private static final LocalDate SPREADSHEET_EPOCH = LocalDate.of(1899, 12, 30);

  private static final DateTimeFormatter DAY_MONTH_NAME = named("d[ ][-]MMM[ ][-]uuuu");
  private static final DateTimeFormatter MONTH_NAME_DAY = named("MMM d[,] uuuu");

  private Dates() {}

  /**
   * A date, or why there is none.
   *
   * @param date the date, or null
   * @param doubt null when the text allows one reading only
   */
  record Reading(@Nullable LocalDate date, @Nullable String doubt) {}

  /**
   * Reads a date. Day and month that could be either are read month first, and the doubt is said.
   */
  static Reading read(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    try {
      return readOrThrow(lower);
    } catch (DateTimeException noSuchDay) {
      return new Reading(null, "not a date; left out");
    }
  }

  private static Reading readOrThrow(String text) {
    Matcher match = YEAR_FIRST.matcher(text);
    if (match.matches()) {
      return certain(date(match.group(1), match.group(2), match.group(3)));
    }
    match = COMPACT.matcher(text);
    if (match.matches()) {
      return certain(date(match.group(1), match.group(2), match.group(3)));
    }
    match = DAY_DOT_MONTH.matcher(text);
    if (match.matches()) {
      return certain(date(match.group(3), match.group(2), match.group(1)));
    }
    match = SLASHES.matcher(text);
    if (match.matches()) {
      return monthOrDayFirst(match);
    }
    match = SPREADSHEET_DAYS.matcher(text);
    if (match.matches()) {
      LocalDate date = SPREADSHEET_EPOCH.plusDays(Long.parseLong(match.group(1)));
      return new Reading(date, "a bare number; read as a spreadsheet's day count");
    }
    return certain(monthNamed(text));
  }

  private static Reading monthOrDayFirst(Matcher match) {
    int first = Integer.parseInt(match.group(1));
    int second = Integer.parseInt(match.group(2));
    if (first > 12) {
      return certain(date(match.group(3), match.group(2), match.group(1)));
    }
    LocalDate date = date(match.group(3), match.group(1), match.group(2));
    boolean ambiguous = second <= 12 && first != second;
    return new Reading(date, ambiguous ? "day and month could be swapped; read month first" : null);
  }

  private static LocalDate monthNamed(String text) {
    try {
      return LocalDate.parse(text, DAY_MONTH_NAME);
    } catch (DateTimeException otherOrder) {
      return LocalDate.parse(text, MONTH_NAME_DAY);
    }
  }

  private static Reading certain(LocalDate date) {
    return new Reading(date, null);
  }

  private static LocalDate date(String year, String month, String day) {
    int fullYear = Integer.parseInt(year);
    if (year.length() == 2) {
      fullYear += fullYear < 70 ? 2000 : 1900;
    }
    return LocalDate.of(fullYear, Integer.parseInt(month), Integer.parseInt(day));
  }

  private static DateTimeFormatter named(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.ENGLISH);
  }
}
