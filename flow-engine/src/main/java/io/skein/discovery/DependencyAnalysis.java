package io.skein.discovery;

import io.skein.discovery.dependencies.AssetNode;
import io.skein.discovery.dependencies.AssetResolver;
import io.skein.discovery.dependencies.DeclaredDependencies;
import io.skein.discovery.dependencies.DependencyLimits;
import io.skein.discovery.dependencies.DependencyReport;
import io.skein.discovery.dependencies.GraphBuilder;
import io.skein.discovery.lifecycle.TechnicalDebt;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import io.skein.postgres.Transaction;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Builds the graph of who depends on whom and an order in which to migrate. */
final class DependencyAnalysis implements PhaseHandler {
  private static final String AGENT = "dependency analyst";
  private static final int SLICE = 5_000;

  private final KindEnvironment environment;
  private final StagingStore staging;
  private final AssetStore assets;
  private final DependencyOutline outlines;

  DependencyAnalysis(KindEnvironment environment, StagingStore staging, AssetStore assets) {
    this.environment = environment;
    this.staging = staging;
    this.assets = assets;
    this.outlines = new DependencyOutline(environment.json());
  }

  @Override
  public String phase() {
    return DiscoveryFlow.DEPENDENCIES;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
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
    FlowId id = flow.id();
    inSlices(
        run,
        "edges",
        report.edges(),
        (tx, from, edges) -> assets.insertEdges(tx, id, from + 1L, edges));
    inSlices(run, "nodes", report.nodes(), (tx, from, nodes) -> assets.insertNodes(tx, id, nodes));
    inSlices(
        run,
        "findings",
        new TechnicalDebt(flow.asOf()).findings(report),
        (tx, from, findings) -> assets.insertFindings(tx, id, phase(), findings));
    progress(run, 100, "done");
    ObjectNode counts = outlines.counts(report);
    ObjectNode outline = outlines.outline(report);
    return PhaseOutcome.completed(tx -> assets.insertDependencyReport(tx, id, outline), counts);
  }

  /** The report is the same each time it is made of the same inventory, and so are its slices. */
  private static <T> void inSlices(PhaseRun run, String name, List<T> rows, SliceInsert<T> insert)
      throws Exception {
    for (int from = 0; from < rows.size(); from += SLICE) {
      int first = from;
      List<T> slice = rows.subList(from, Math.min(from + SLICE, rows.size()));
      run.apply("%s-%08d".formatted(name, from), tx -> insert.insert(tx, first, slice));
    }
  }

  /** Inserts rows of which the first has this position in the whole list. */
  @FunctionalInterface
  private interface SliceInsert<T> {
    void insert(Transaction transaction, int from, List<T> rows);
  }

  private void progress(PhaseRun run, int percent, String status) {
    run.progress(AGENT, percent, status, environment.json().createObjectNode());
  }
}
