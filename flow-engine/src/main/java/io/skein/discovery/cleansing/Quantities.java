package io.skein.discovery.cleansing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Numbers with units. Prefixes are binary whatever their spelling (1 GB = 1024 MB), as memory and
 * hypervisors count. A bare number takes the unit of its header; without one a small number is read
 * as GB and a large one as MB, see the two thresholds.
 */
final class Quantities {

  /**
   * A bare memory number up to here is GB, above it MB: 256 GB servers are common, 257 MB are not.
   */
  static final long MEMORY_GB_UP_TO = 256;

  /** A bare storage number below this is GB, from it on MB. */
  static final long STORAGE_MB_FROM = 10_000;

  private static final int MAX_CORES = 16_384;
  private static final BigDecimal MAX_MEMORY_MB = new BigDecimal(1L << 30);
  private static final BigDecimal MAX_STORAGE_MB = new BigDecimal(1L << 40);
  private static final int MAX_DIGITS = 18;

  private static final String NUMBER = "(\\d[\\d.,' ]*)";
  private static final Pattern AMOUNT =
      Pattern.compile("(?:(\\d{1,4})\\s*[x*×]\\s*)?" + NUMBER + "\\s*([a-z]*)");
  private static final Pattern CORES =
      Pattern.compile(
          NUMBER
              + "(?:\\s*(?:v?-?(?:cpu|core|processor|proc|thread|socket|kern|cœur|coeur|nucleo)e?[sn]?"
              + "(?:\\(s\\))?|c|v|vc))?(?:\\s*/.*)?");
  private static final Pattern SOCKETS_BY_CORES =
      Pattern.compile(
          "(\\d{1,4})\\s*(?:sockets?|cpus?|processors?|p)?\\s*[x*×]\\s*(\\d{1,4})\\s*(?:-?\\s*(?:v?cpu|core)s?|c)?");

  private static final Map<String, Integer> POWER =
      Map.ofEntries(
          Map.entry("b", -2),
          Map.entry("byte", -2),
          Map.entry("bytes", -2),
          Map.entry("k", -1),
          Map.entry("kb", -1),
          Map.entry("kib", -1),
          Map.entry("m", 0),
          Map.entry("mb", 0),
          Map.entry("mib", 0),
          Map.entry("mo", 0),
          Map.entry("meg", 0),
          Map.entry("megabytes", 0),
          Map.entry("g", 1),
          Map.entry("gb", 1),
          Map.entry("gib", 1),
          Map.entry("go", 1),
          Map.entry("gig", 1),
          Map.entry("gigs", 1),
          Map.entry("gigabytes", 1),
          Map.entry("t", 2),
          Map.entry("tb", 2),
          Map.entry("tib", 2),
          Map.entry("to", 2),
          Map.entry("terabytes", 2),
          Map.entry("p", 3),
          Map.entry("pb", 3),
          Map.entry("pib", 3));

  private Quantities() {}

  /** The number of cores; {@code 2 x 8 cores} is 16. Null when it is not one, or out of range. */
  static @Nullable Integer cores(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    Matcher product = SOCKETS_BY_CORES.matcher(lower);
    BigDecimal cores;
    if (product.matches()) {
      cores = new BigDecimal(product.group(1)).multiply(new BigDecimal(product.group(2)));
    } else {
      Matcher plain = CORES.matcher(lower);
      cores = plain.matches() ? number(plain.group(1)) : null;
    }
    if (cores == null
        || cores.stripTrailingZeros().scale() > 0
        || cores.signum() <= 0
        || cores.compareTo(BigDecimal.valueOf(MAX_CORES)) > 0) {
      return null;
    }
    return cores.intValueExact();
  }

  /** Memory in MiB, at least 1; null when it is no amount or out of range. */
  static @Nullable Long memoryMb(String text, @Nullable String headerUnit) {
    BigDecimal megabytes = sum(text, headerUnit, true);
    if (megabytes == null || megabytes.compareTo(MAX_MEMORY_MB) > 0) {
      return null;
    }
    long rounded = megabytes.setScale(0, RoundingMode.HALF_UP).longValueExact();
    return rounded == 0 ? null : rounded;
  }

  /**
   * Storage in GiB with at most two decimals; several disks are added up. Null when it is no
   * amount.
   */
  static @Nullable Double storageGb(String text, @Nullable String headerUnit) {
    BigDecimal megabytes = sum(text, headerUnit, false);
    if (megabytes == null || megabytes.signum() == 0 || megabytes.compareTo(MAX_STORAGE_MB) > 0) {
      return null;
    }
    return megabytes.divide(BigDecimal.valueOf(1024), 2, RoundingMode.HALF_UP).doubleValue();
  }

  private static @Nullable BigDecimal sum(
      String text, @Nullable String headerUnit, boolean memory) {
    BigDecimal total = BigDecimal.ZERO;
    for (String part : text.toLowerCase(Locale.ROOT).split("[;+|&]|, ", -1)) {
      BigDecimal amount = megabytes(part.strip(), headerUnit, memory);
      if (amount == null) {
        return null;
      }
      total = total.add(amount);
    }
    return total;
  }

  private static @Nullable BigDecimal megabytes(
      String text, @Nullable String headerUnit, boolean memory) {
    Matcher matcher = AMOUNT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    BigDecimal number = number(matcher.group(2));
    if (number == null) {
      return null;
    }
    Integer power = power(number, matcher.group(3), headerUnit, memory);
    if (power == null) {
      return null;
    }
    if (matcher.group(1) != null) {
      number = number.multiply(new BigDecimal(matcher.group(1)));
    }
    BigDecimal factor = BigDecimal.valueOf(1024).pow(Math.abs(power));
    return power < 0 ? number.divide(factor, 6, RoundingMode.HALF_UP) : number.multiply(factor);
  }

  private static @Nullable Integer power(
      BigDecimal number, String unit, @Nullable String headerUnit, boolean memory) {
    if (!unit.isEmpty()) {
      return POWER.get(unit);
    }
    Integer fromHeader =
        headerUnit == null ? null : POWER.get(headerUnit.strip().toLowerCase(Locale.ROOT));
    if (fromHeader != null) {
      return fromHeader;
    }
    boolean gigabytes =
        memory
            ? number.compareTo(BigDecimal.valueOf(MEMORY_GB_UP_TO)) <= 0
            : number.compareTo(BigDecimal.valueOf(STORAGE_MB_FROM)) < 0;
    return gigabytes ? 1 : 0;
  }

  /**
   * A number with English or continental separators. A single comma before one or two digits is a
   * decimal comma; before three it divides thousands. A single dot is always a decimal point.
   */
  static @Nullable BigDecimal number(String text) {
    String digits = text.replaceAll("[' ]", "");
    if (digits.length() > MAX_DIGITS) {
      return null;
    }
    if (digits.matches("\\d{1,3}(,\\d{3})+(\\.\\d+)?")) {
      digits = digits.replace(",", "");
    } else if (digits.matches("\\d{1,3}(\\.\\d{3})+,\\d+|\\d{1,3}(\\.\\d{3}){2,}")) {
      digits = digits.replace(".", "").replace(',', '.');
    } else if (digits.matches("\\d+,\\d{1,2}")) {
      digits = digits.replace(',', '.');
    }
    return digits.matches("\\d+(\\.\\d*)?") ? new BigDecimal(digits.replaceAll("\\.$", "")) : null;
  }
}
