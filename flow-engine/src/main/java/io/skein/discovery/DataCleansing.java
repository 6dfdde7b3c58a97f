package io.skein.discovery;

import io.skein.discovery.ImportStore.FileBatch;
import io.skein.discovery.StagingStore.StagedEdge;
import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.CleanedRow;
import io.skein.discovery.cleansing.RowIssue;
import io.skein.discovery.csv.BatchReader;
import io.skein.discovery.csv.ParsedBatch;
import io.skein.discovery.csv.Row;
import io.skein.discovery.dependencies.CleanedDependency;
import io.skein.discovery.dependencies.DependencyCleanser;
import io.skein.discovery.dependencies.NamedEdge;
import io.skein.discovery.mapping.FileMapping;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseBatch;
import io.skein.flows.PhaseFailedException;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Turns raw rows into clean assets and edges, batch by batch on all workers. */
final class DataCleansing implements PhaseHandler {
  private static final String AGENT = "data cleanser";

  private final KindEnvironment environment;
  private final ImportStore imports;
  private final StagingStore staging;
  private final ImportErrors errors;
  private final AssetCleanser cleanser = new AssetCleanser();
  private final DependencyCleanser dependencyCleanser = new DependencyCleanser();

  DataCleansing(
      KindEnvironment environment, ImportStore imports, StagingStore staging, ImportErrors errors) {
    this.environment = environment;
    this.imports = imports;
    this.staging = staging;
    this.errors = errors;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.CLEANSING;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public List<PhaseBatch> plan(PhaseRun run) {
    List<PhaseBatch> planned = new ArrayList<>();
    for (FileBatch batch : imports.batches(run.flow().id())) {
      ObjectNode spec =
          environment
              .json()
              .createObjectNode()
              .put("file", batch.position())
              .put("batch", batch.batch().n());
      planned.add(
          new PhaseBatch("file-%d-%06d".formatted(batch.position(), batch.batch().n()), spec));
    }
    return planned;
  }

  @Override
  public Effect batch(PhaseRun run, PhaseBatch batch) throws Exception {
    Flow flow = run.flow();
    FileBatch place =
        imports.batch(
            flow.id(), batch.spec().get("file").asInt(), batch.spec().get("batch").asInt());
    DiscoveryFile file = imports.file(flow.id(), place.position());
    FileMapping mapping = file.mapping();
    if (mapping == null) {
      throw new PhaseFailedException("the file " + file.name() + " has no mapping");
    }
    ParsedBatch parsed = parse(file, place);
    DiscoveryProgress.ofBatches(run, AGENT, "cleansing", environment.json());
    return switch (mapping.role()) {
      case ASSETS -> assets(flow, place, mapping, parsed);
      case DEPENDENCIES -> edges(flow, place, mapping, parsed);
      case UNKNOWN -> nothing(flow, place, mapping, parsed);
    };
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) {
    StagingStore.Counts counts = staging.counts(run.flow().id());
    ObjectNode summary =
        environment
            .json()
            .createObjectNode()
            .put("assets", counts.rows())
            .put("possibleDuplicates", counts.repeated())
            .put("edges", counts.edges());
    run.progress(AGENT, 100, "done", summary);
    return PhaseOutcome.completed(Effect.NOTHING, summary);
  }

  private ParsedBatch parse(DiscoveryFile file, FileBatch place) throws IOException {
    byte[] bytes =
        environment.uploads().read(file.upload(), place.batch().byteFrom(), place.batch().byteTo());
    return BatchReader.read(bytes, place.batch(), file.layout());
  }

  private Effect assets(Flow flow, FileBatch place, FileMapping mapping, ParsedBatch parsed) {
    RowMapper mapper = new RowMapper(mapping);
    List<CleanAsset> clean = new ArrayList<>();
    List<ImportError> found = new ArrayList<>();
    for (Row row : parsed.rows()) {
      CleanedRow cleaned = cleanser.cleanse(mapper.asset(row));
      note(found, mapping, mapper, row, cleaned.issues(), !cleaned.accepted());
      CleanAsset asset = cleaned.asset();
      if (asset != null) {
        clean.add(asset);
      }
    }
    long rejected = parsed.rows().size() - clean.size();
    return transaction -> {
      staging.insertAssets(transaction, flow.id(), place.position(), clean);
      errors.insert(transaction, flow.id(), phase(), found);
      imports.addUncleansable(transaction, flow.id(), place.position(), rejected);
    };
  }

  private Effect edges(Flow flow, FileBatch place, FileMapping mapping, ParsedBatch parsed) {
    RowMapper mapper = new RowMapper(mapping);
    List<StagedEdge> staged = new ArrayList<>();
    List<ImportError> found = new ArrayList<>();
    int rejected = 0;
    for (Row row : parsed.rows()) {
      CleanedDependency cleaned = dependencyCleanser.cleanse(mapper.dependency(row));
      note(found, mapping, mapper, row, cleaned.issues(), !cleaned.accepted());
      rejected += cleaned.accepted() ? 0 : 1;
      int n = 0;
      for (NamedEdge edge : cleaned.edges()) {
        staged.add(new StagedEdge(row.number(), n++, edge));
      }
    }
    int left = rejected;
    return transaction -> {
      staging.insertEdges(transaction, flow.id(), place.position(), staged);
      errors.insert(transaction, flow.id(), phase(), found);
      imports.addUncleansable(transaction, flow.id(), place.position(), left);
    };
  }

  private static void note(
      List<ImportError> found,
      FileMapping mapping,
      RowMapper mapper,
      Row row,
      List<RowIssue> issues,
      boolean rejected) {
    for (RowIssue issue : issues) {
      found.add(
          new ImportError(
              mapping.file(),
              row.number(),
              mapper.columnOf(issue.field()),
              issue.value(),
              issue.reason(),
              rejected));
    }
  }

  /** The user approved a mapping in which nothing of this file is used. */
  private Effect nothing(Flow flow, FileBatch place, FileMapping mapping, ParsedBatch parsed) {
    List<ImportError> found = new ArrayList<>();
    for (Row row : parsed.rows()) {
      found.add(
          rejected(mapping, row, "no column of this file is mapped to a field; row left out"));
    }
    return transaction -> {
      errors.insert(transaction, flow.id(), phase(), found);
      imports.addUncleansable(transaction, flow.id(), place.position(), found.size());
    };
  }

  private static ImportError rejected(FileMapping mapping, Row row, String reason) {
    return new ImportError(mapping.file(), row.number(), "", "", reason, true);
  }
}
