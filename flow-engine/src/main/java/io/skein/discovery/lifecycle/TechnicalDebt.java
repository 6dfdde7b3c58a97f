package io.skein.discovery.lifecycle;

import io.skein.discovery.cleansing.Conflict;
import io.skein.discovery.cleansing.Environment;
import io.skein.discovery.dependencies.DependencyReport;
import io.skein.discovery.inventory.AssetType;
import io.skein.discovery.inventory.InventoryAsset;
import io.skein.discovery.lifecycle.Finding.Category;
import io.skein.discovery.lifecycle.Finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Findings of technical debt as of a day. Safe for use by several threads. */
public final class TechnicalDebt {

  private static final int MAX_NAMED = 10;
  private static final int SINGLE_POINT_FROM = 5;
  private static final int CRITICAL_POINT_FROM = 20;
  private static final int SOON_DAYS = 365;
  private static final int VERY_SOON_DAYS = 180;

  private final LocalDate asOf;

  /** Findings as of the day for which the assessments were made. */
  public TechnicalDebt(LocalDate asOf) {
    this.asOf = asOf;
  }

  /** What one asset's lifecycle and records show, worst first. */
  public List<Finding> findings(InventoryAsset asset, LifecycleAssessment lifecycle) {
    List<Finding> findings = new ArrayList<>();
    Finding byLifecycle = lifecycle(asset, lifecycle);
    if (byLifecycle != null) {
      findings.add(byLifecycle);
    }
    if (!asset.conflicts().isEmpty()) {
      String fields =
          asset.conflicts().stream().map(Conflict::field).collect(Collectors.joining(", "));
      findings.add(
          finding(
              Severity.LOW,
              Category.DATA_QUALITY,
              asset,
              "Conflicting records",
              asset.sources().size() + " records disagree on " + fields + "."));
    }
    return findings;
  }

  private @Nullable Finding lifecycle(InventoryAsset asset, LifecycleAssessment lifecycle) {
    return switch (lifecycle.status()) {
      case ENDED -> ended(asset, lifecycle);
      case ENDED_WITH_EXTENDED_SUPPORT -> extendedOnly(asset, lifecycle);
      case SUPPORTED -> endsSoon(asset, lifecycle);
      case UNMATCHED ->
          finding(
              Severity.LOW,
              Category.DATA_QUALITY,
              asset,
              "Lifecycle not known",
              sentence(lifecycle.reason()));
      case MISSING ->
          needsSystem(asset.type())
              ? finding(
                  Severity.LOW,
                  Category.DATA_QUALITY,
                  asset,
                  "Operating system missing",
                  "No record names the operating system, so its end of life is not known.")
              : null;
    };
  }

  private Finding ended(InventoryAsset asset, LifecycleAssessment lifecycle) {
    LocalDate last = lastDay(lifecycle);
    boolean longAgo = last == null || last.plusYears(1).isBefore(asOf);
    Severity severity =
        !matters(asset) ? Severity.MEDIUM : longAgo ? Severity.CRITICAL : Severity.HIGH;
    String when = last == null ? "" : " on " + last;
    return finding(
        severity,
        Category.LIFECYCLE,
        asset,
        "End of life",
        "Support of " + lifecycle.label() + " ended" + when + ".");
  }

  private Finding extendedOnly(InventoryAsset asset, LifecycleAssessment lifecycle) {
    LocalDate last = lifecycle.extendedEol();
    boolean soon = last != null && last.isBefore(asOf.plusDays(VERY_SOON_DAYS));
    String until = last == null ? "" : " until " + last;
    return finding(
        soon && matters(asset) ? Severity.HIGH : Severity.MEDIUM,
        Category.LIFECYCLE,
        asset,
        "Extended support only",
        "Ordinary support of "
            + lifecycle.label()
            + " has ended; extended support runs"
            + until
            + ".");
  }

  private @Nullable Finding endsSoon(InventoryAsset asset, LifecycleAssessment lifecycle) {
    LocalDate last = lifecycle.eol();
    if (last == null || last.isAfter(asOf.plusDays(SOON_DAYS))) {
      return null;
    }
    return finding(
        Severity.LOW,
        Category.LIFECYCLE,
        asset,
        "Support ends soon",
        "Support of " + lifecycle.label() + " ends on " + last + ".");
  }

  /** What the dependency graph shows, in the report's order. */
  public List<Finding> findings(DependencyReport report) {
    List<Finding> findings = new ArrayList<>();
    for (DependencyReport.Cycle cycle : report.cycles()) {
      findings.add(
          new Finding(
              Severity.MEDIUM,
              Category.DEPENDENCY,
              null,
              "Dependency cycle",
              "These "
                  + cycle.assets().size()
                  + " assets depend on each other and move together: "
                  + some(cycle.assets())
                  + "."));
    }
    for (DependencyReport.SharedNode shared : report.shared()) {
      if (shared.dependents() >= SINGLE_POINT_FROM) {
        findings.add(
            new Finding(
                shared.dependents() >= CRITICAL_POINT_FROM ? Severity.HIGH : Severity.MEDIUM,
                Category.DEPENDENCY,
                shared.asset(),
                "Shared single point",
                shared.dependents() + " assets depend on it."));
      }
    }
    for (DependencyReport.ReferencedNode node : report.referencedOnly()) {
      findings.add(
          new Finding(
              Severity.LOW,
              Category.DATA_QUALITY,
              node.key(),
              "Referenced but not in the inventory",
              node.name() + " is named as a dependency, and no record describes it."));
    }
    return findings;
  }

  private static @Nullable LocalDate lastDay(LifecycleAssessment lifecycle) {
    LocalDate eol = lifecycle.eol();
    LocalDate extended = lifecycle.extendedEol();
    return extended == null || (eol != null && eol.isAfter(extended)) ? eol : extended;
  }

  /** An asset of unknown environment is taken for production. */
  private static boolean matters(InventoryAsset asset) {
    Environment environment = asset.facts().environment();
    return environment == null
        || environment == Environment.PRODUCTION
        || environment == Environment.DISASTER_RECOVERY;
  }

  private static boolean needsSystem(AssetType type) {
    return type.isMachine() || type == AssetType.DATABASE;
  }

  private static String some(List<String> keys) {
    String named = String.join(", ", keys.subList(0, Math.min(MAX_NAMED, keys.size())));
    return keys.size() > MAX_NAMED ? named + " and " + (keys.size() - MAX_NAMED) + " more" : named;
  }

  private static String sentence(String reason) {
    return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ".";
  }

  private static Finding finding(
      Severity severity, Category category, InventoryAsset asset, String title, String detail) {
    return new Finding(severity, category, asset.key(), title, detail);
  }
}
