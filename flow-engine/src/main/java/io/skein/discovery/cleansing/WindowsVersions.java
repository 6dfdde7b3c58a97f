package io.skein.discovery.cleansing;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Versions of Windows: years with releases and service packs, semi-annual channels, builds. */
final class WindowsVersions {

  private static final Pattern YEAR =
      Pattern.compile("(?<![\\d.])(?:20|2k)(00|0?3|05|0?8|12|14|16|17|19|22|25)(?![\\d.])");
  private static final Pattern RELEASE_2 = Pattern.compile("(?:r|release) ?2(?!\\d)");
  private static final Pattern CHANNEL =
      Pattern.compile("(?<!\\d)(1709|1803|1809|1903|1909|2004|20h2|23h2)(?![\\d.])");
  private static final Pattern CLIENT =
      Pattern.compile("(?<![\\d.])(xp|vista|7|8\\.1|8|10|11)(?![\\d.])");
  private static final Pattern FEATURE =
      Pattern.compile(
          "(?<!\\d)(1507|1511|1607|1703|1709|1803|1809|1903|1909|2004|2[0-9]h[12])(?!\\d)");
  private static final Pattern BUILD =
      Pattern.compile(
          "(?<![\\d.])(?:(5\\.[012]|6\\.[0-3]|10\\.0)(?:\\.(\\d{4,5}))?|build ?(\\d{5}))");

  /** Build or, before 10.0, kernel number of server releases. */
  private static final Map<String, String> SERVER_BUILDS =
      Map.ofEntries(
          Map.entry("5.0", "2000"),
          Map.entry("5.2", "2003"),
          Map.entry("6.0", "2008"),
          Map.entry("6.1", "2008-r2"),
          Map.entry("6.2", "2012"),
          Map.entry("6.3", "2012-r2"),
          Map.entry("14393", "2016"),
          Map.entry("17763", "2019"),
          Map.entry("20348", "2022"),
          Map.entry("26100", "2025"),
          Map.entry("16299", "1709-sac"),
          Map.entry("17134", "1803-sac"),
          Map.entry("18362", "1903-sac"),
          Map.entry("18363", "1909-sac"),
          Map.entry("19041", "2004-sac"),
          Map.entry("19042", "20h2-sac"),
          Map.entry("25398", "23h2-ac"));

  private static final Map<String, String> CLIENT_BUILDS =
      Map.ofEntries(
          Map.entry("5.1", "xp"),
          Map.entry("6.0", "vista"),
          Map.entry("6.1", "7"),
          Map.entry("6.2", "8"),
          Map.entry("6.3", "8.1"),
          Map.entry("10240", "10-1507"),
          Map.entry("10586", "10-1511"),
          Map.entry("14393", "10-1607"),
          Map.entry("15063", "10-1703"),
          Map.entry("16299", "10-1709"),
          Map.entry("17134", "10-1803"),
          Map.entry("17763", "10-1809"),
          Map.entry("18362", "10-1903"),
          Map.entry("18363", "10-1909"),
          Map.entry("19041", "10-2004"),
          Map.entry("19042", "10-20h2"),
          Map.entry("19043", "10-21h1"),
          Map.entry("19044", "10-21h2"),
          Map.entry("19045", "10-22h2"),
          Map.entry("22000", "11-21h2"),
          Map.entry("22621", "11-22h2"),
          Map.entry("22631", "11-23h2"),
          Map.entry("26100", "11-24h2"),
          Map.entry("26200", "11-25h2"));

  private WindowsVersions() {}

  static @Nullable String server(String text) {
    String year = yearReleasePack(text, List.of("05", "14", "17"));
    if (year != null && year.startsWith("2")) {
      return year;
    }
    Matcher channel = CHANNEL.matcher(text);
    if (channel.find()) {
      return channel.group(1) + (channel.group(1).equals("23h2") ? "-ac" : "-sac");
    }
    return build(text, SERVER_BUILDS);
  }

  static @Nullable String client(String text) {
    Matcher name = CLIENT.matcher(text);
    if (!name.find()) {
      return build(text, CLIENT_BUILDS);
    }
    String version = name.group(1);
    Matcher feature = FEATURE.matcher(text.substring(name.end()));
    if (version.startsWith("1")) {
      if (feature.find()) {
        return version + "-" + feature.group(1);
      }
      String exact = build(text, CLIENT_BUILDS);
      return exact != null && exact.startsWith(version + "-") ? exact : version;
    }
    Matcher pack = VersionText.SERVICE_PACK.matcher(text);
    return pack.find() ? version + "-sp" + pack.group(1) : version;
  }

  /** A year with release 2 and service pack, as {@code 2008-r2-sp1}; else the first number. */
  static @Nullable String yearReleasePack(String text, List<String> notThese) {
    Matcher year = YEAR.matcher(text);
    if (!year.find() || notThese.contains(year.group(1))) {
      return VersionText.mostPrecise(text);
    }
    String digits = year.group(1);
    StringBuilder version =
        new StringBuilder("20").append(digits.length() == 1 ? "0" : "").append(digits);
    String rest = text.substring(year.end());
    Matcher release = RELEASE_2.matcher(rest);
    if (release.find()) {
      version.append("-r2");
    }
    Matcher pack = VersionText.SERVICE_PACK.matcher(rest);
    if (pack.find()) {
      version.append("-sp").append(pack.group(1));
    }
    return version.toString();
  }

  private static @Nullable String build(String text, Map<String, String> builds) {
    Matcher build = BUILD.matcher(text);
    while (build.find()) {
      String number = build.group(3) != null ? build.group(3) : build.group(2);
      String version = number == null ? null : builds.get(number);
      if (version == null && build.group(1) != null) {
        version = builds.get(build.group(1));
      }
      if (version != null) {
        return version;
      }
    }
    return null;
  }
}
