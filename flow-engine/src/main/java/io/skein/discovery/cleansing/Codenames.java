package io.skein.discovery.cleansing;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Releases known by a name instead of a number. */
final class Codenames {

  private static final Pattern WORD = Pattern.compile("[a-z]+");

  private static final Map<String, String> DEBIAN =
      Map.ofEntries(
          Map.entry("woody", "3.0"),
          Map.entry("sarge", "3.1"),
          Map.entry("etch", "4"),
          Map.entry("lenny", "5"),
          Map.entry("squeeze", "6"),
          Map.entry("wheezy", "7"),
          Map.entry("jessie", "8"),
          Map.entry("stretch", "9"),
          Map.entry("buster", "10"),
          Map.entry("bullseye", "11"),
          Map.entry("bookworm", "12"),
          Map.entry("trixie", "13"));

  private static final Map<String, String> UBUNTU =
      Map.ofEntries(
          Map.entry("dapper", "6.06"),
          Map.entry("hardy", "8.04"),
          Map.entry("lucid", "10.04"),
          Map.entry("precise", "12.04"),
          Map.entry("trusty", "14.04"),
          Map.entry("vivid", "15.04"),
          Map.entry("wily", "15.10"),
          Map.entry("xenial", "16.04"),
          Map.entry("yakkety", "16.10"),
          Map.entry("zesty", "17.04"),
          Map.entry("artful", "17.10"),
          Map.entry("bionic", "18.04"),
          Map.entry("cosmic", "18.10"),
          Map.entry("disco", "19.04"),
          Map.entry("eoan", "19.10"),
          Map.entry("focal", "20.04"),
          Map.entry("groovy", "20.10"),
          Map.entry("hirsute", "21.04"),
          Map.entry("impish", "21.10"),
          Map.entry("jammy", "22.04"),
          Map.entry("kinetic", "22.10"),
          Map.entry("lunar", "23.04"),
          Map.entry("mantic", "23.10"),
          Map.entry("noble", "24.04"),
          Map.entry("oracular", "24.10"),
          Map.entry("plucky", "25.04"),
          Map.entry("questing", "25.10"),
          Map.entry("resolute", "26.04"));

  private static final Map<String, String> MACOS =
      Map.ofEntries(
          Map.entry("tiger", "10.4"),
          Map.entry("leopard", "10.5"),
          Map.entry("snow leopard", "10.6"),
          Map.entry("lion", "10.7"),
          Map.entry("mountain lion", "10.8"),
          Map.entry("mavericks", "10.9"),
          Map.entry("yosemite", "10.10"),
          Map.entry("el capitan", "10.11"),
          Map.entry("sierra", "10.12"),
          Map.entry("high sierra", "10.13"),
          Map.entry("mojave", "10.14"),
          Map.entry("catalina", "10.15"),
          Map.entry("big sur", "11"),
          Map.entry("monterey", "12"),
          Map.entry("ventura", "13"),
          Map.entry("sonoma", "14"),
          Map.entry("sequoia", "15"),
          Map.entry("tahoe", "26"));

  private static final Map<String, String> RED_HAT =
      Map.of(
          "nahant",
          "4",
          "tikanga",
          "5",
          "santiago",
          "6",
          "maipo",
          "7",
          "ootpa",
          "8",
          "plow",
          "9",
          "coughlan",
          "10");

  private static final Map<String, Map<String, String>> BY_PRODUCT =
      Map.of("debian", DEBIAN, "ubuntu", UBUNTU, "macos", MACOS, "rhel", RED_HAT);

  private Codenames() {}

  /** The release of a product that the text names by codename, or null. */
  static @Nullable String version(String product, String text) {
    return find(BY_PRODUCT.getOrDefault(product, Map.of()), text);
  }

  /** The product whose release's codename the text is or starts with, or null. */
  static @Nullable String product(String text) {
    Matcher first = WORD.matcher(text);
    if (!first.find() || first.start() != 0) {
      return null;
    }
    for (String product : new String[] {"debian", "ubuntu", "rhel", "macos"}) {
      for (String codename : BY_PRODUCT.getOrDefault(product, Map.of()).keySet()) {
        if (text.equals(codename) || isPhrase(product, codename, first.group(), text)) {
          return product;
        }
      }
    }
    return null;
  }

  /**
   * Ubuntu's names are two words, of which the first is the one that counts: {@code focal fossa}.
   */
  private static boolean isPhrase(String product, String codename, String first, String text) {
    return !product.equals("macos")
        && first.equals(codename)
        && text.matches("[a-z]+(?: [a-z]+| lts| ?[/(].*)?");
  }

  private static @Nullable String find(Map<String, String> names, String text) {
    String version = null;
    int longest = 0;
    for (Map.Entry<String, String> name : names.entrySet()) {
      String codename = name.getKey();
      if (codename.length() > longest
          && Pattern.compile("(?<![a-z])" + codename + "(?![a-z])").matcher(text).find()) {
        version = name.getValue();
        longest = codename.length();
      }
    }
    return version;
  }
}
