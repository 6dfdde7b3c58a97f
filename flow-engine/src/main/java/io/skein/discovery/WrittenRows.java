package io.skein.discovery;

import io.skein.flows.Effect;
import io.skein.flows.FlowId;
import java.util.List;
import java.util.Map;

/**
 * What each phase leaves in the tables, as the statements that remove it. They are applied in the
 * order of the phases, so that a later one finds nothing left in what an earlier one removed.
 */
final class WrittenRows {
  private static final String ERRORS =
      "delete from import_errors where flow_id = :flow and phase = :phase";
  private static final String FINDINGS =
      "delete from findings where flow_id = :flow and phase = :phase";

  private static final Map<String, List<String>> REMOVALS =
      Map.of(
          DiscoveryFlow.VALIDATION,
          List.of(ERRORS, "delete from discovery_files where flow_id = :flow"),
          DiscoveryFlow.MAPPING,
          List.of("update discovery_files set mapping = null where flow_id = :flow"),
          DiscoveryFlow.CLEANSING,
          List.of(
              ERRORS,
              "update discovery_files set rows_uncleansable = 0 where flow_id = :flow",
              "delete from staged_assets where flow_id = :flow",
              "delete from staged_edges where flow_id = :flow"),
          DiscoveryFlow.INVENTORY,
          List.of(
              ERRORS,
              "update discovery_files set rows_surplus = 0 where flow_id = :flow",
              "delete from assets where flow_id = :flow"),
          DiscoveryFlow.DEPENDENCIES,
          List.of(
              FINDINGS,
              "delete from asset_edges where flow_id = :flow",
              "delete from dependency_nodes where flow_id = :flow",
              "delete from dependency_reports where flow_id = :flow"),
          DiscoveryFlow.TECH_DEBT,
          List.of(
              FINDINGS,
              """
              update assets set lifecycle_status = null, lifecycle = null, strategy = null,
                six_r = null
              where flow_id = :flow and strategy is not null
              """),
          DiscoveryFlow.FINALIZATION,
          List.of("delete from flow_reports where flow_id = :flow"));

  private WrittenRows() {}

  /** Removes what the phase wrote for the flow. */
  static Effect removal(String phase, FlowId flow) {
    List<String> statements = REMOVALS.getOrDefault(phase, List.of());
    return transaction -> {
      for (String statement : statements) {
        transaction
            .handle()
            .createUpdate(statement)
            .bind("flow", flow.value())
            .bind("phase", phase)
            .execute();
      }
    };
  }
}
