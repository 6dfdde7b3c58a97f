package io.skein.discovery;

import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import tools.jackson.databind.node.ObjectNode;

/** Writes the report from what the phases left. */
final class Finalization implements PhaseHandler {
  private static final String AGENT = "report writer";

  private final KindEnvironment environment;
  private final ReportWriter reports;

  Finalization(KindEnvironment environment, ReportWriter reports) {
    this.environment = environment;
    this.reports = reports;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.FINALIZATION;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) {
    Flow flow = run.flow();
    ObjectNode report = environment.database().read(handle -> reports.compose(handle, flow));
    ObjectNode summary = environment.json().createObjectNode();
    summary.set("rows", report.get("rows"));
    summary.set("assets", report.get("assets"));
    run.progress(AGENT, 100, "done", environment.json().createObjectNode());
    return PhaseOutcome.completed(
        transaction -> reports.save(transaction, flow.id(), report), summary);
  }
}
