package io.skein.discovery;

import io.skein.flows.FlowDefinition;
import io.skein.flows.FlowKind;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseDefinition;
import io.skein.flows.PhaseHandler;
import java.time.Duration;
import java.util.List;

/** The discovery flow: its phases, their order, shares and time limits. */
public final class DiscoveryFlow implements FlowKind {
  public static final String KIND = "discovery";

  static final String VALIDATION = "data_import_validation";
  static final String MAPPING = "field_mapping";
  static final String CLEANSING = "data_cleansing";
  static final String INVENTORY = "asset_inventory";
  static final String DEPENDENCIES = "dependency_analysis";
  static final String TECH_DEBT = "tech_debt_assessment";
  static final String FINALIZATION = "finalization";

  private static final int VERSION = 1;

  @Override
  public FlowDefinition definition() {
    return new FlowDefinition(
        KIND,
        VERSION,
        List.of(
            phase(VALIDATION, List.of(), 10, 1800),
            phase(MAPPING, List.of(VALIDATION), 10, 2400),
            phase(CLEANSING, List.of(MAPPING), 20, 3600),
            phase(INVENTORY, List.of(CLEANSING), 20, 3600),
            phase(DEPENDENCIES, List.of(INVENTORY), 20, 2400),
            phase(TECH_DEBT, List.of(INVENTORY), 10, 2400),
            phase(FINALIZATION, List.of(DEPENDENCIES, TECH_DEBT), 10, 600)));
  }

  @Override
  public List<PhaseHandler> handlers(KindEnvironment environment) {
    ImportStore imports = new ImportStore(environment.database(), environment.json());
    ImportErrors errors = new ImportErrors();
    StagingStore staging = new StagingStore(environment.database(), environment.json());
    AssetStore assets = new AssetStore(environment.database(), environment.json());
    return List.of(
        new ImportValidation(environment, imports, errors),
        new FieldMapping(environment, imports),
        new DataCleansing(environment, imports, staging, errors),
        new AssetInventory(environment, staging, assets),
        new DependencyAnalysis(environment, staging, assets),
        new TechnicalDebtAssessment(environment, assets),
        new Finalization(environment, new ReportWriter(assets, environment.json())));
  }

  private static PhaseDefinition phase(
      String name, List<String> after, int share, int limitSeconds) {
    return new PhaseDefinition(name, after, share, Duration.ofSeconds(limitSeconds));
  }
}
