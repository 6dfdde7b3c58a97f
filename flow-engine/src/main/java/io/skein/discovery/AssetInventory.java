package io.skein.discovery;

import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.DuplicateMerger;
import io.skein.discovery.cleansing.MergedAsset;
import io.skein.discovery.dependencies.Reference;
import io.skein.discovery.inventory.AssetClassifier;
import io.skein.discovery.inventory.InventoryAsset;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseBatch;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Merges the clean rows of each asset, says what it is, and writes the inventory. */
final class AssetInventory implements PhaseHandler {
  private static final String AGENT = "asset classifier";
  private static final int BATCH_ROWS = 1_000;

  /** JSON of a batch: rows with long lists weigh more than others. */
  private static final long BATCH_BYTES = 2L << 20;

  private static final int SLICE = 2_000;

  private final KindEnvironment environment;
  private final StagingStore staging;
  private final AssetStore assets;
  private final DuplicateMerger merger = new DuplicateMerger();
  private final AssetClassifier classifier = new AssetClassifier();

  AssetInventory(KindEnvironment environment, StagingStore staging, AssetStore assets) {
    this.environment = environment;
    this.staging = staging;
    this.assets = assets;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.INVENTORY;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public List<PhaseBatch> plan(PhaseRun run) {
    return KeyRanges.plan(
        staging.boundaries(run.flow().id(), BATCH_ROWS, BATCH_BYTES), environment.json());
  }

  @Override
  public Effect batch(PhaseRun run, PhaseBatch batch) {
    Flow flow = run.flow();
    DiscoveryProgress.ofBatches(run, AGENT, "classifying", environment.json());
    List<InventoryAsset> own = new ArrayList<>();
    Map<String, InventoryAsset> named = new LinkedHashMap<>();
    String from = KeyRanges.from(batch.spec());
    @Nullable String to = KeyRanges.to(batch.spec());
    for (List<CleanAsset> block : blocks(staging.assets(flow.id(), from, to))) {
      for (MergedAsset merged : merger.merge(block)) {
        InventoryAsset asset = classifier.classify(merged);
        own.add(asset);
        classifier.applicationsNamedBy(asset).forEach(app -> named.putIfAbsent(app.key(), app));
      }
    }
    return transaction -> {
      staging.refuseSurplus(transaction, flow.id(), from, to);
      assets.upsert(transaction, flow.id(), own);
      assets.insertIfAbsent(transaction, flow.id(), List.copyOf(named.values()));
    };
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) throws Exception {
    Flow flow = run.flow();
    Map<String, InventoryAsset> named = new LinkedHashMap<>();
    staging.forEachEdge(
        flow.id(),
        stated ->
            Stream.of(stated.edge().from(), stated.edge().to())
                .filter(end -> end.target() == Reference.Target.APPLICATION)
                .map(end -> classifier.applicationNamed(end.text(), stated.source()))
                .forEach(app -> named.putIfAbsent(app.key(), app)));
    List<InventoryAsset> applications = List.copyOf(named.values());
    for (int from = 0; from < applications.size(); from += SLICE) {
      List<InventoryAsset> slice =
          applications.subList(from, Math.min(from + SLICE, applications.size()));
      run.apply(
          "applications-%06d".formatted(from),
          transaction -> assets.insertIfAbsent(transaction, flow.id(), slice));
    }
    ObjectNode summary = environment.json().createObjectNode();
    JsonNode byType = environment.json().valueToTree(assets.countByType(flow.id()));
    summary.set("byType", byType);
    run.progress(AGENT, 100, "done", summary);
    return PhaseOutcome.completed(Effect.NOTHING, summary);
  }

  /** Neighbours of one block, from rows that are sorted by it. */
  private static List<List<CleanAsset>> blocks(List<CleanAsset> sorted) {
    List<List<CleanAsset>> blocks = new ArrayList<>();
    @Nullable String current = null;
    for (CleanAsset asset : sorted) {
      String block = asset.mergeKey();
      if (!block.equals(current)) {
        blocks.add(new ArrayList<>());
        current = block;
      }
      blocks.getLast().add(asset);
    }
    return blocks;
  }
}
