package io.skein.discovery.lifecycle;

import static io.skein.discovery.lifecycle.SixR.Strategy.REFACTOR;
import static io.skein.discovery.lifecycle.SixR.Strategy.REHOST;
import static io.skein.discovery.lifecycle.SixR.Strategy.REPLATFORM;
import static io.skein.discovery.lifecycle.SixR.Strategy.REPURCHASE;
import static io.skein.discovery.lifecycle.SixR.Strategy.RETAIN;
import static io.skein.discovery.lifecycle.SixR.Strategy.RETIRE;

import io.skein.discovery.cleansing.AssetStatus;
import io.skein.discovery.cleansing.OperatingSystem;
import io.skein.discovery.cleansing.OsFamily;
import io.skein.discovery.inventory.AssetType;
import io.skein.discovery.inventory.InventoryAsset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Suggests one of the six strategies (after the "6 R's" of S. Orban, AWS, 2016) by the table below.
 * The first rule that applies decides; the reasons of later rules for the same strategy are added.
 * Safe for use by several threads.
 */
public final class SixRRules {

  /** Software that its users buy as a service today. */
  private static final Set<String> SOLD_AS_A_SERVICE =
      Set.of(
          "msexchange",
          "sharepoint",
          "confluence",
          "jira-software",
          "citrix-vad",
          "splunk",
          "wordpress");

  private record Case(InventoryAsset asset, LifecycleAssessment lifecycle, GraphPosition position) {

    boolean is(AssetType... types) {
      return List.of(types).contains(asset.type());
    }

    boolean family(OsFamily family) {
      OperatingSystem system = asset.facts().operatingSystem();
      return system != null && system.family() == family;
    }

    boolean status(LifecycleStatus status) {
      return lifecycle.status() == status;
    }

    @Nullable String product() {
      OperatingSystem system = asset.facts().operatingSystem();
      return system == null ? null : system.product();
    }

    String label() {
      OperatingSystem system = asset.facts().operatingSystem();
      return lifecycle.label() != null
          ? lifecycle.label()
          : system == null ? "" : system.displayName();
    }
  }

  private record Rule(
      SixR.Strategy strategy, Predicate<Case> applies, Function<Case, String> reason) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              RETIRE,
              c -> c.asset.facts().status() == AssetStatus.RETIRED,
              c -> "its status is retired"),
          new Rule(
              RETIRE,
              c ->
                  c.asset.facts().status() == AssetStatus.INACTIVE
                      && c.position.known()
                      && c.position.dependents() == 0,
              c -> "it is inactive and nothing depends on it"),
          new Rule(
              RETAIN, c -> c.is(AssetType.EXTERNAL_SERVICE), c -> "it belongs to somebody else"),
          new Rule(
              RETAIN,
              c -> c.is(AssetType.NETWORK_DEVICE),
              c -> "network devices stay with their site"),
          new Rule(
              RETAIN,
              c -> c.is(AssetType.VIRTUAL_HOST),
              c -> "its virtual machines move, the host stays until it is empty"),
          new Rule(RETAIN, c -> c.family(OsFamily.MACOS), c -> "macOS runs on Apple hardware only"),
          new Rule(
              REFACTOR,
              c -> c.family(OsFamily.MAINFRAME),
              c -> c.label() + " does not exist on cloud platforms"),
          new Rule(
              REPURCHASE,
              c -> c.product() != null && SOLD_AS_A_SERVICE.contains(c.product()),
              c -> c.label() + " is sold as a service"),
          new Rule(
              REPLATFORM,
              c -> c.family(OsFamily.UNIX),
              c -> c.label() + " needs a move to Linux or x86"),
          new Rule(
              REFACTOR,
              c ->
                  c.is(AssetType.APPLICATION)
                      && c.lifecycle.status().isEnded()
                      && c.position.inCycle(),
              c -> c.label() + " has ended and the application is part of a dependency cycle"),
          new Rule(
              REPLATFORM,
              c -> c.status(LifecycleStatus.ENDED),
              c -> "support of " + c.label() + " has ended"),
          new Rule(
              REPLATFORM,
              c -> c.is(AssetType.DATABASE) || c.family(OsFamily.DATABASE),
              c -> "databases can move to a managed service"),
          new Rule(
              REPLATFORM,
              c -> c.is(AssetType.STORAGE),
              c -> "storage can move to a managed service"),
          new Rule(
              REHOST,
              c -> c.status(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT),
              c -> "extended support of " + c.label() + " leaves time to upgrade after the move"),
          new Rule(
              REHOST, c -> c.status(LifecycleStatus.SUPPORTED), c -> c.label() + " is supported"),
          new Rule(
              REHOST,
              c -> c.is(AssetType.APPLICATION, AssetType.MIDDLEWARE),
              c -> "it moves with the servers that it runs on"),
          new Rule(
              RETAIN,
              c -> c.status(LifecycleStatus.MISSING),
              c -> "its operating system is not known: assess it before it moves"),
          new Rule(RETAIN, c -> true, c -> "its lifecycle is not known: " + c.lifecycle.reason()));

  /** The strategy for an asset. The position may be {@link GraphPosition#unknown}. */
  public SixR suggest(InventoryAsset asset, LifecycleAssessment lifecycle, GraphPosition position) {
    Case facts = new Case(asset, lifecycle, position);
    SixR.Strategy strategy = null;
    List<String> reasons = new ArrayList<>();
    for (Rule rule : RULES.subList(0, RULES.size() - 1)) {
      if ((strategy == null || rule.strategy == strategy) && rule.applies.test(facts)) {
        strategy = rule.strategy;
        reasons.add(rule.reason.apply(facts));
      }
    }
    if (strategy == null) {
      Rule last = RULES.getLast();
      return new SixR(last.strategy, List.of(last.reason.apply(facts)));
    }
    return new SixR(strategy, reasons);
  }
}
