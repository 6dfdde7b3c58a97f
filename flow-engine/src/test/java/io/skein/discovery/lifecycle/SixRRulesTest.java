package io.skein.discovery.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.DuplicateMerger;
import io.skein.discovery.cleansing.RawAsset;
import io.skein.discovery.inventory.AssetClassifier;
import io.skein.discovery.inventory.InventoryAsset;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SixRRulesTest {

  private static final LocalDate AS_OF = LocalDate.of(2026, 11, 22);

  private final LifecycleTable table = LifecycleTable.load();
  private final SixRRules rules = new SixRRules();
  private final TechnicalDebt debt = new TechnicalDebt(AS_OF);

  private static InventoryAsset asset(
      @Nullable String type,
      @Nullable String os,
      @Nullable String status,
      @Nullable String environment) {
    RawAsset raw =
        RawAsset.at("f", 1)
            .hostname("h1")
            .assetType(type)
            .osName(os)
            .status(status)
            .environment(environment)
            .build();
    CleanAsset clean = Objects.requireNonNull(new AssetCleanser().cleanse(raw).asset());
    return new AssetClassifier().classify(new DuplicateMerger().merge(List.of(clean)).getFirst());
  }

  private LifecycleAssessment assess(InventoryAsset asset) {
    return table.assess(asset.facts().operatingSystem(), AS_OF);
  }

  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Server      | Windows Server 2012 R2 | -        | REPLATFORM
          Server      | Windows Server 2019    | -        | REHOST
          Server      | RHEL 7.9               | -        | REHOST
          Server      | AIX 7.2                | -        | REPLATFORM
          Server      | Windows Server 2019    | Retired  | RETIRE
          Server      | -                      | -        | RETAIN
          Server      | vagrant                | -        | RETAIN
          Server      | macOS 26               | -        | RETAIN
          Application | COBOL CICS             | -        | REFACTOR
          Application | -                      | -        | REHOST
          Application | Exchange 2016          | -        | REPURCHASE
          Database    | PostgreSQL 17          | -        | REPLATFORM
          Network     | F5 BigIP               | -        | RETAIN
          External    | Third Party            | -        | RETAIN
          """)
  void suggests(String type, @Nullable String os, @Nullable String status, SixR.Strategy strategy) {
    InventoryAsset asset = asset(type, os, status, null);

    SixR suggestion = rules.suggest(asset, assess(asset), GraphPosition.unknown());

    assertThat(suggestion.strategy()).as(suggestion.reasons().toString()).isEqualTo(strategy);
    assertThat(suggestion.reasons()).isNotEmpty();
  }

  @Test
  void theGraphCounts() {
    InventoryAsset idle = asset("Server", "RHEL 9", "Inactive", null);
    assertThat(rules.suggest(idle, assess(idle), GraphPosition.of(0, false)).strategy())
        .isEqualTo(SixR.Strategy.RETIRE);
    assertThat(rules.suggest(idle, assess(idle), GraphPosition.of(3, false)).strategy())
        .isEqualTo(SixR.Strategy.REHOST);
    InventoryAsset tangled = asset("Application", "Tomcat 7", null, null);
    assertThat(rules.suggest(tangled, assess(tangled), GraphPosition.of(1, true)).strategy())
        .isEqualTo(SixR.Strategy.REFACTOR);
  }

  @Test
  void findsDebt() {
    assertThat(severities("Windows Server 2008", "prod"))
        .containsExactly(Finding.Severity.CRITICAL);
    assertThat(severities("Windows Server 2012 R2", "prod")).containsExactly(Finding.Severity.HIGH);
    assertThat(severities("Windows Server 2008", "dev")).containsExactly(Finding.Severity.MEDIUM);
    assertThat(severities("RHEL 7", "prod")).containsExactly(Finding.Severity.MEDIUM);
    assertThat(severities("Solaris 10", "prod")).containsExactly(Finding.Severity.HIGH);
    assertThat(severities("Windows Server 2016", "prod")).containsExactly(Finding.Severity.LOW);
    assertThat(severities("RHEL 9", "prod")).isEmpty();
    assertThat(severities(null, "prod")).containsExactly(Finding.Severity.LOW);
  }

  private List<Finding.Severity> severities(@Nullable String os, String environment) {
    InventoryAsset asset = asset("Server", os, null, environment);
    return debt.findings(asset, assess(asset)).stream().map(Finding::severity).toList();
  }
}
