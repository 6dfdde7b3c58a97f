package io.skein.discovery.lifecycle;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cycle of one product that a version belongs to. In this order:
 *
 * <ol>
 *   <li>the cycle that the version names, shortening it part by part: 7.9 is RHEL's 7, 10.15.7 is
 *       macOS' 10.15, Solaris' 10u11 is 10;
 *   <li>where the version stops short of the cycles (SLES 12, AIX 7.2, SQL Server 2016) the newest
 *       cycle that continues it. An inventory that leaves the level out is given the benefit of the
 *       doubt, and the reason says so;
 *   <li>where the version is older than every cycle of its product or line (RHEL 3, AIX 7.1 TL3),
 *       the oldest of them as a bound: if that has ended, the older one has too.
 * </ol>
 *
 * A minor version that the table does not have, and that is not older, matches nothing: its support
 * may differ from its neighbours'.
 */
final class CycleMatcher {

  private static final Pattern NUMERIC = Pattern.compile("\\d+(?:\\.\\d+)*");

  private final Map<String, ProductCycle> byVersion = new LinkedHashMap<>();
  private final ProductTraits traits;

  CycleMatcher(List<ProductCycle> cycles) {
    this.traits = ProductTraits.of(cycles.getFirst().product());
    for (ProductCycle each : cycles) {
      byVersion.putIfAbsent(traits.versionOf(each), each);
    }
  }

  @Nullable CycleMatch find(String version, @Nullable String edition) {
    String wanted = traits.versionWanted(version);
    ProductCycle named = traits.isLine(wanted) ? null : named(wanted);
    if (named != null) {
      return new CycleMatch(
          named, CycleMatch.How.NAMED, version + " belongs to cycle " + named.cycle());
    }
    ProductCycle newest = newestContinuing(wanted, edition);
    if (newest != null) {
      String reason =
          version + " names no exact cycle; the newest of it, " + newest.cycle() + ", is assumed";
      return new CycleMatch(newest, CycleMatch.How.NEWEST_ASSUMED, reason);
    }
    ProductCycle oldest = oldestAbove(wanted);
    if (oldest == null) {
      return null;
    }
    String reason = version + " is older than " + oldest.cycle() + ", the oldest listed";
    return new CycleMatch(oldest, CycleMatch.How.OLDER_THAN_LISTED, reason);
  }

  private @Nullable ProductCycle named(String version) {
    String candidate = version;
    while (true) {
      ProductCycle cycle = byVersion.get(candidate);
      if (cycle != null) {
        return cycle;
      }
      int end = Math.max(candidate.lastIndexOf('.'), candidate.lastIndexOf('u'));
      if (end <= 0) {
        return null;
      }
      candidate = candidate.substring(0, end);
    }
  }

  private @Nullable ProductCycle newestContinuing(String version, @Nullable String edition) {
    return byVersion.entrySet().stream()
        .filter(each -> traits.continues(each.getKey(), version, edition))
        .max(
            Comparator.comparing(
                    (Map.Entry<String, ProductCycle> each) -> each.getValue().releasedOrEarliest())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  /**
   * The lowest cycle of the version's line (7.1 of 7.1.3), else of the product, if all are above
   * it.
   */
  private @Nullable ProductCycle oldestAbove(String version) {
    if (!NUMERIC.matcher(version).matches()) {
      return null;
    }
    String line = version.contains(".") ? version.substring(0, version.lastIndexOf('.') + 1) : "";
    ProductCycle inLine = line.isEmpty() ? null : lowestIfAbove(version, line);
    return inLine != null ? inLine : lowestIfAbove(version, "");
  }

  private @Nullable ProductCycle lowestIfAbove(String version, String prefix) {
    return byVersion.entrySet().stream()
        .filter(each -> each.getKey().startsWith(prefix))
        .filter(each -> NUMERIC.matcher(each.getKey()).matches())
        .min(Map.Entry.comparingByKey(VersionOrder.ASCENDING))
        .filter(lowest -> VersionOrder.ASCENDING.compare(version, lowest.getKey()) < 0)
        .map(Map.Entry::getValue)
        .orElse(null);
  }
}
