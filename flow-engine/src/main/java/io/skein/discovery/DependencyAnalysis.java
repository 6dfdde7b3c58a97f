package io.skein.discovery;

import io.skein.discovery.dependencies.AssetNode;
import io.skein.discovery.dependencies.AssetResolver;
import io.skein.discovery.dependencies.DeclaredDependencies;
import io.skein.discovery.dependencies.DependencyLimits;
import io.skein.discovery.dependencies.DependencyReport;
import io.skein.discovery.dependencies.Edge;
import io.skein.discovery.dependencies.GraphBuilder;
import io.skein.discovery.lifecycle.TechnicalDebt;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Builds the graph of who depends on whom and an order in which to migrate. */
final class DependencyAnalysis implements PhaseHandler {
  private static final String AGENT = "dependency analyst";
  private static final int SLICE = 5_000;

  private final KindEnvironment environment;
  private final StagingStore staging;
  private final AssetStore assets;

  DependencyAnalysis(KindEnvironment environment, StagingStore staging, AssetStore assets) {
    this.environment = environment;
    this.staging = staging;
    this.assets = assets;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.DEPENDENCIES;
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) throws Exception {
    Flow flow = run.flow();
    progress(run, 5, "reading the inventory");
    AssetResolver resolver = new AssetResolver();
    assets.forEach(flow.id(), asset -> resolver.add(AssetNode.of(asset)));
    GraphBuilder graph = new GraphBuilder(resolver);
    progress(run, 25, "drawing the graph");
    assets.forEach(flow.id(), asset -> DeclaredDependencies.of(asset).forEach(graph::add));
    staging.forEachEdge(flow.id(), stated -> graph.add(stated.edge()));
    progress(run, 50, "finding clusters, cycles and waves");
    DependencyReport report = graph.analyse(DependencyLimits.standard());
    progress(run, 70, "writing");
    List<Edge> edges = report.edges();
    for (int from = 0; from < edges.size(); from += SLICE) {
      List<Edge> slice = edges.subList(from, Math.min(from + SLICE, edges.size()));
      long first = from + 1L;
      run.apply(
          "edges-%08d".formatted(from),
          transaction -> assets.insertEdges(transaction, flow.id(), first, slice));
    }
    ObjectNode summary = summary(report);
    progress(run, 100, "done");
    Effect effect =
        transaction -> {
          assets.insertDependencyReport(transaction, flow.id(), report);
          assets.insertFindings(
              transaction, flow.id(), new TechnicalDebt(flow.asOf()).findings(report));
        };
    return PhaseOutcome.completed(effect, summary);
  }

  private ObjectNode summary(DependencyReport report) {
    return environment
        .json()
        .createObjectNode()
        .put("edges", report.edges().size())
        .put("waves", report.waves().size())
        .put("cycles", report.cycles().size())
        .put("clusters", report.clusters().size())
        .put("shared", report.shared().size())
        .put("isolated", report.isolated().size())
        .put("referencedOnly", report.referencedOnly().size());
  }

  private void progress(PhaseRun run, int percent, String status) {
    run.progress(AGENT, percent, status, environment.json().createObjectNode());
  }
}
