package io.skein.discovery.cleansing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds version numbers in normalised text. */
final class VersionText {

  static final Pattern SERVICE_PACK =
      Pattern.compile("(?:service ?pack|patch ?level|patchlevel|sp) ?-?([0-9])(?![0-9])");

  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<!\\d)(?<!\\d\\.)(?<![a-z]{2})(?<!\\b[a-uw-z])v?(\\d{1,6}(?:\\.\\d{1,6}){0,5})(?!\\d)");

  /**
   * Several majors in one name, as vCenter writes {@code CentOS 4/5/6/7}: none of them is meant.
   */
  private static final Pattern SEVERAL = Pattern.compile("\\b\\d{1,2}(?:\\.x)?/\\d{1,2}\\b");

  private static final Pattern AIX_LEVEL = Pattern.compile("(\\d)(\\d)00-(\\d{2})(?:-\\d{2})*");
  private static final Pattern AIX_TL =
      Pattern.compile("\\b(?:tl|ml|technology level) ?-?0?(\\d{1,2})\\b");
  private static final Pattern SOLARIS_UPDATE = Pattern.compile("(?:u|update) ?(\\d{1,2})\\b");

  /** Solaris updates carry their date: {@code 10 1/13}. */
  private static final Pattern MONTH_AND_YEAR = Pattern.compile("\\b\\d{1,2}/\\d{2}\\b");

  private VersionText() {}

  /**
   * The first number, or a later one that says the same more exactly: {@code 7} then {@code 7.9} is
   * 7.9, {@code 2016} then {@code 10.0.14393} is 2016.
   */
  static @Nullable String mostPrecise(String text) {
    if (SEVERAL.matcher(text).find()) {
      return null;
    }
    String best = null;
    Matcher numbers = NUMBER.matcher(text);
    while (numbers.find()) {
      String number = numbers.group(1);
      if (best == null || number.startsWith(best + ".")) {
        best = number;
      }
    }
    return best;
  }

  /**
   * Puts the missing dot into a run of at least {@code from} digits, after {@code major} of them.
   */
  static @Nullable String compact(@Nullable String version, int major, int from) {
    if (version == null || version.length() < from || !version.matches("\\d{1,4}")) {
      return version;
    }
    return version.substring(0, major) + "." + version.substring(major);
  }

  static @Nullable String aix(String text) {
    Matcher level = AIX_LEVEL.matcher(text);
    if (level.find()) {
      return level.group(1) + "." + level.group(2) + "." + Integer.parseInt(level.group(3));
    }
    String version = compact(mostPrecise(text), 1, 2);
    if (version == null) {
      return null;
    }
    String[] parts = version.split("\\.", -1);
    String base = parts.length > 1 ? parts[0] + "." + parts[1] : parts[0];
    Matcher technologyLevel = AIX_TL.matcher(text);
    if (parts.length > 1 && technologyLevel.find()) {
      return base + "." + Integer.parseInt(technologyLevel.group(1));
    }
    // V.R.M.F with M 0 names no technology level; three parts with 0 do.
    boolean namesLevel = parts.length == 3 || (parts.length > 3 && !parts[2].equals("0"));
    return namesLevel ? base + "." + Integer.parseInt(parts[2]) : base;
  }

  static @Nullable String solaris(String text) {
    String version = mostPrecise(MONTH_AND_YEAR.matcher(text).replaceAll(" "));
    if (version == null) {
      return null;
    }
    if (version.startsWith("5.") || version.startsWith("2.")) {
      String release = version.substring(2);
      Matcher marketed =
          Pattern.compile("(?<![\\d.])" + Pattern.quote(release) + "(?:\\.\\d+)+").matcher(text);
      version = marketed.find() ? marketed.group() : release;
    }
    if (version.length() == 3 && version.startsWith("11") && version.indexOf('.') < 0) {
      version = compact(version, 2, 3);
    }
    Matcher update = SOLARIS_UPDATE.matcher(text);
    return version != null && version.equals("10") && update.find()
        ? "10u" + update.group(1)
        : version;
  }
}
