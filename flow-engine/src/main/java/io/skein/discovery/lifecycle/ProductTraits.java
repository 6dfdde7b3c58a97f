package io.skein.discovery.lifecycle;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a product's cycles are written unlike the versions that people give. */
enum ProductTraits {
  /** Cycles are prefixes of versions. */
  PLAIN,

  /**
   * {@code 2012-r2} is another product than 2012; service packs continue a version, channels do
   * not.
   */
  WINDOWS_SERVER {
    @Override
    String versionWanted(String version) {
      return version.replace("2003-r2", "2003"); // one lifecycle for both
    }

    @Override
    boolean isLine(String version) {
      return version.equals("2003"); // listed without service pack, but whoever writes 2003 has one
    }

    @Override
    boolean continues(String cycle, String version, @Nullable String edition) {
      return cycle.matches(Pattern.quote(version) + "-sp\\d") || cycle.equals(withoutPack(version));
    }

    private static String withoutPack(String version) {
      return version.replaceFirst("-sp\\d$", "");
    }
  },

  /** Cycles name the feature update and, with {@code -e} or {@code -w}, the edition. */
  WINDOWS {
    @Override
    String versionWanted(String version) {
      return switch (version) {
        case "xp" -> "5";
        case "vista" -> "6";
        default -> version.replace("xp-", "5-").replace("vista-", "6-");
      };
    }

    @Override
    boolean continues(String cycle, String version, @Nullable String edition) {
      boolean longTerm = cycle.endsWith("-lts");
      boolean wantsLongTerm =
          "ltsc".equals(edition) || "ltsb".equals(edition) || "iot".equals(edition);
      if (!cycle.startsWith(version + "-")
          || longTerm != wantsLongTerm
          || cycle.contains("-iot") != "iot".equals(edition)) {
        return false;
      }
      boolean enterprise = "enterprise".equals(edition) || "education".equals(edition);
      return cycle.endsWith("-w") ? !enterprise : !cycle.endsWith("-e") || enterprise;
    }
  },

  /** Cycles are internal numbers, people give years: the label has them. */
  SQL_SERVER {
    @Override
    String versionOf(ProductCycle cycle) {
      Matcher year = YEAR.matcher(cycle.label());
      if (!year.find() || cycle.cycle().endsWith("acp")) {
        return cycle.cycle();
      }
      Matcher pack = SERVICE_PACK.matcher(cycle.label());
      String release = RELEASE_2.matcher(cycle.label()).find() ? "-r2" : "";
      return year.group() + release + (pack.find() ? "-sp" + pack.group(1) : "");
    }

    @Override
    String versionWanted(String version) {
      Matcher internal = Pattern.compile("(\\d{1,2})\\.(\\d+)(?:\\.\\d+)*").matcher(version);
      if (!internal.matches()) {
        return version;
      }
      return switch (internal.group(1)) {
        case "8" -> "2000";
        case "9" -> "2005";
        case "10" -> internal.group(2).startsWith("5") ? "2008-r2" : "2008";
        case "11" -> "2012";
        case "12" -> "2014";
        case "13" -> "2016";
        case "14" -> "2017";
        case "15" -> "2019";
        case "16" -> "2022";
        case "17" -> "2025";
        default -> version;
      };
    }

    @Override
    boolean isLine(String version) {
      return !version.contains("-sp") && version.compareTo("2017") < 0; // later ones have no packs
    }

    @Override
    boolean continues(String cycle, String version, @Nullable String edition) {
      return cycle.matches(Pattern.quote(version) + "-sp\\d");
    }
  },

  /** Cycle 11 is the release of 2011; whoever writes Solaris 11 means the line up to 11.4. */
  SOLARIS {
    @Override
    boolean isLine(String version) {
      return version.equals("11");
    }
  };

  private static final Pattern YEAR = Pattern.compile("\\b20\\d\\d\\b");
  private static final Pattern RELEASE_2 = Pattern.compile("\\bR2\\b");
  private static final Pattern SERVICE_PACK = Pattern.compile("\\bSP(\\d)");

  static ProductTraits of(String product) {
    return switch (product) {
      case "windows-server" -> WINDOWS_SERVER;
      case "windows" -> WINDOWS;
      case "mssqlserver" -> SQL_SERVER;
      case "oracle-solaris" -> SOLARIS;
      default -> PLAIN;
    };
  }

  /** The version that a cycle of the table stands for; unique within the product. */
  String versionOf(ProductCycle cycle) {
    return cycle.cycle();
  }

  /** A version as {@link #versionOf} would write it. */
  String versionWanted(String version) {
    return version;
  }

  /** Whether the version means a line of cycles, even though one cycle is called exactly so. */
  boolean isLine(String version) {
    return false;
  }

  /** Whether the cycle is one of those that the version leaves open. */
  boolean continues(String cycle, String version, @Nullable String edition) {
    return cycle.startsWith(version + ".") || cycle.startsWith(version + "-");
  }
}
