package io.skein.discovery.cleansing;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a product writes its versions. Each style reads the text after (or else before) the product's
 * name, already normalised and free of architectures and kernel releases; null when it names none.
 */
enum VersionStyle {
  /** The first number as it stands. */
  PLAIN {
    @Override
    @Nullable String read(String text) {
      return VersionText.mostPrecise(text);
    }
  },
  /** {@code 57} is 5.7. */
  COMPACT_ONE {
    @Override
    @Nullable String read(String text) {
      return VersionText.compact(VersionText.mostPrecise(text), 1, 2);
    }
  },
  /** {@code pg96} is 9.6, {@code pg14} is 14. */
  POSTGRESQL {
    @Override
    @Nullable String read(String text) {
      String version = VersionText.mostPrecise(text);
      return version != null && version.matches("[89][0-9]")
          ? VersionText.compact(version, 1, 2)
          : version;
    }
  },
  /** {@code 1604} and {@code 16.4} are 16.04, {@code 18.1} is 18.10 cut by a spreadsheet. */
  UBUNTU {
    @Override
    @Nullable String read(String text) {
      String version = VersionText.mostPrecise(text);
      if (version == null) {
        return null;
      }
      Matcher compact = Pattern.compile("(\\d{1,2})(\\d{2})").matcher(version);
      if (compact.matches()) {
        return compact.group(1) + "." + compact.group(2);
      }
      Matcher cut = Pattern.compile("(\\d{1,2})\\.(\\d)").matcher(version);
      if (cut.matches()) {
        return cut.group(1) + (cut.group(2).equals("1") ? ".10" : ".0" + cut.group(2));
      }
      return version;
    }
  },
  /**
   * {@code 76} is 7.6, {@code 10} is 10; {@code el8} in a kernel release tells the major version.
   */
  RED_HAT {
    @Override
    @Nullable String read(String text) {
      String version = VersionText.mostPrecise(text);
      Matcher update = Pattern.compile("\\b(?:update|u) ?(\\d{1,2})\\b").matcher(text);
      if (version != null && version.matches("\\d") && update.find()) {
        return version + "." + update.group(1);
      }
      return version != null && version.matches("[2-9]\\d{1,2}")
          ? VersionText.compact(version, 1, 2)
          : version;
    }
  },
  /** {@code 12 SP5}, {@code 12.5} and {@code 125} are 12.5. */
  SUSE {
    @Override
    @Nullable String read(String text) {
      String version = VersionText.compact(VersionText.mostPrecise(text), 2, 3);
      Matcher pack = VersionText.SERVICE_PACK.matcher(text);
      return version != null && version.indexOf('.') < 0 && pack.find()
          ? version + "." + pack.group(1)
          : version;
    }
  },
  /** {@code leap153} is 15.3. */
  OPENSUSE {
    @Override
    @Nullable String read(String text) {
      return VersionText.compact(VersionText.mostPrecise(text), 2, 3);
    }
  },
  /** {@code 2}, {@code 2023} or a dated AMI release. */
  AMAZON {
    @Override
    @Nullable String read(String text) {
      Matcher dated = Pattern.compile("20\\d\\d\\.(?:03|09|11)").matcher(text);
      return dated.find() ? dated.group() : VersionText.mostPrecise(text);
    }
  },
  /** {@code 12.1-RELEASE-p5} is 12.1; {@code 121} too. */
  BSD {
    @Override
    @Nullable String read(String text) {
      return VersionText.compact(VersionText.mostPrecise(text), 2, 3);
    }
  },
  /** {@code 67} is 6.7; updates and builds do not matter. */
  ESXI {
    @Override
    @Nullable String read(String text) {
      return VersionText.compact(VersionText.mostPrecise(text), 1, 2);
    }
  },
  /** {@code 1014} is 10.14; Darwin's numbers are those of the kernel. */
  MAC {
    @Override
    @Nullable String read(String text) {
      return VersionText.compact(VersionText.mostPrecise(text), 2, 3);
    }
  },
  /** {@code 7.2 TL4}, {@code 7200-04-02} and {@code 7.2.4.0} are 7.2.4; {@code 71} is 7.1. */
  AIX {
    @Override
    @Nullable String read(String text) {
      return VersionText.aix(text);
    }
  },
  /** {@code 10 u11} and {@code 10u11} are 10u11; {@code 5.10} of SunOS is 10. */
  SOLARIS {
    @Override
    @Nullable String read(String text) {
      return VersionText.solaris(text);
    }
  },
  /** {@code V7R3} is 7.3. */
  IBM_I {
    @Override
    @Nullable String read(String text) {
      Matcher release = Pattern.compile("v(\\d)r(\\d)").matcher(text);
      return release.find()
          ? release.group(1) + "." + release.group(2)
          : VersionText.mostPrecise(text);
    }
  },
  /** {@code 17.03.04} is 17.3.4. */
  CISCO {
    @Override
    @Nullable String read(String text) {
      String version = VersionText.mostPrecise(text);
      return version == null ? null : version.replaceAll("\\.0(?=\\d)", ".");
    }
  },
  /** {@code 9.8P5} is 9.8. */
  ONTAP {
    @Override
    @Nullable String read(String text) {
      Matcher release = Pattern.compile("\\d+\\.\\d+(?:\\.\\d+)?").matcher(text);
      return release.find() ? release.group() : VersionText.mostPrecise(text);
    }
  },
  /**
   * {@code 2012 R2} and {@code 2k12r2} are 2012-r2, {@code 2008 SP2} is 2008-sp2, a build is looked
   * up.
   */
  WINDOWS_SERVER {
    @Override
    @Nullable String read(String text) {
      return WindowsVersions.server(text);
    }
  },
  /** {@code 10 22H2} is 10-22h2, a build is looked up. */
  WINDOWS_CLIENT {
    @Override
    @Nullable String read(String text) {
      return WindowsVersions.client(text);
    }
  },
  /** {@code 2008 R2 SP3} is 2008-r2-sp3; an internal number (13.0.5026) stays. */
  SQL_SERVER {
    @Override
    @Nullable String read(String text) {
      return WindowsVersions.yearReleasePack(text, List.of());
    }
  },
  /** {@code 11gR2} is 11.2, {@code 19c} is 19. */
  ORACLE_DATABASE {
    @Override
    @Nullable String read(String text) {
      Matcher named =
          Pattern.compile("(\\d{1,2}) ?(?:c|g|i|ai)(?: ?(?:release |r)(\\d))?(?![a-z])")
              .matcher(text);
      if (named.find()) {
        String release = named.group(2);
        String number = named.group(1).equals("26") ? "23" : named.group(1);
        Matcher exact = Pattern.compile("\\b" + number + "\\.\\d+(?:\\.\\d+)*").matcher(text);
        return exact.find() ? exact.group() : release == null ? number : number + "." + release;
      }
      return VersionText.mostPrecise(text);
    }
  },
  /** The name alone says nothing, and a number beside it is a kernel's. */
  UNSTATED {
    @Override
    @Nullable String read(String text) {
      return null;
    }
  };

  abstract @Nullable String read(String text);

  /** Kernel numbers of Darwin by macOS release: 19 is 10.15, 20 is 11, 25 is 26. */
  static final Map<Integer, String> DARWIN =
      Map.of(20, "11", 21, "12", 22, "13", 23, "14", 24, "15", 25, "26");
}
