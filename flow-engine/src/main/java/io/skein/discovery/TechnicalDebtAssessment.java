package io.skein.discovery;

import io.skein.discovery.AssetStore.Assessed;
import io.skein.discovery.inventory.AssetType;
import io.skein.discovery.inventory.InventoryAsset;
import io.skein.discovery.lifecycle.Finding;
import io.skein.discovery.lifecycle.GraphPosition;
import io.skein.discovery.lifecycle.LifecycleAssessment;
import io.skein.discovery.lifecycle.LifecycleTable;
import io.skein.discovery.lifecycle.SixR;
import io.skein.discovery.lifecycle.SixRRules;
import io.skein.discovery.lifecycle.TechnicalDebt;
import io.skein.flows.AgentPhaseHandler;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseBatch;
import io.skein.flows.PhaseFailedException;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Dates every asset's software as of the flow's day and suggests what to do with it. */
final class TechnicalDebtAssessment implements AgentPhaseHandler {
  private static final String AGENT = "lifecycle analyst";
  private static final int BATCH_ASSETS = 1_000;

  private final KindEnvironment environment;
  private final AssetStore assets;
  private final LifecycleTable table = LifecycleTable.load();
  private final SixRRules rules = new SixRRules();

  TechnicalDebtAssessment(KindEnvironment environment, AssetStore assets) {
    this.environment = environment;
    this.assets = assets;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.TECH_DEBT;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public List<PhaseBatch> plan(PhaseRun run) {
    return KeyRanges.plan(assets.boundaries(run.flow().id(), BATCH_ASSETS), environment.json());
  }

  @Override
  public Effect batch(PhaseRun run, PhaseBatch batch) {
    Flow flow = run.flow();
    DiscoveryProgress.ofBatches(run, AGENT, "assessing", environment.json());
    List<Assessed> assessed = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    TechnicalDebt debt = new TechnicalDebt(flow.asOf());
    String from = KeyRanges.from(batch.spec());
    for (InventoryAsset asset : assets.range(flow.id(), from, KeyRanges.to(batch.spec()))) {
      LifecycleAssessment lifecycle = table.assess(asset.facts().operatingSystem(), flow.asOf());
      SixR sixR = rules.suggest(asset, lifecycle, GraphPosition.unknown());
      assessed.add(new Assessed(asset.key(), dated(asset) ? lifecycle : null, sixR));
      findings.addAll(debt.findings(asset, lifecycle));
    }
    return transaction -> {
      assets.assess(transaction, flow.id(), assessed);
      assets.insertFindings(transaction, flow.id(), phase(), findings);
    };
  }

  /** An application that a cell only names has no operating system to be missing. */
  private static boolean dated(InventoryAsset asset) {
    return asset.facts().operatingSystem() != null || asset.type() != AssetType.APPLICATION;
  }

  /** An agent says what it found; it dates no assets and suggests no strategies. */
  @Override
  public PhaseOutcome accept(Flow flow, JsonNode result) throws PhaseFailedException {
    List<Finding> findings = AgentFindings.read(result);
    return PhaseOutcome.completed(
        transaction -> assets.insertFindings(transaction, flow.id(), phase(), findings),
        environment.json().createObjectNode().put("findings", findings.size()));
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) {
    ObjectNode summary = environment.json().createObjectNode();
    JsonNode lifecycle = environment.json().valueToTree(assets.countByLifecycle(run.flow().id()));
    JsonNode strategies = environment.json().valueToTree(assets.countByStrategy(run.flow().id()));
    summary.set("lifecycle", lifecycle);
    summary.set("sixR", strategies);
    run.progress(AGENT, 100, "done", summary);
    return PhaseOutcome.completed(Effect.NOTHING, summary);
  }
}
