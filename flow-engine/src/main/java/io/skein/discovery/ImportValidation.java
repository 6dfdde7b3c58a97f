package io.skein.discovery;

import io.skein.discovery.csv.Batch;
import io.skein.discovery.csv.CsvLimits;
import io.skein.discovery.csv.CsvScanner;
import io.skein.discovery.csv.Refusal;
import io.skein.discovery.csv.RowError;
import io.skein.discovery.csv.ScanOutcome;
import io.skein.discovery.csv.Scanned;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseFailedException;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads every file once from beginning to end: how it is written, where its rows are, which rows
 * cannot be used. A bad row is an error with its place and never fails the import.
 */
final class ImportValidation implements PhaseHandler {
  /** Errors kept of one file; past it they are only counted. */
  static final int MAX_ERRORS = 10_000;

  private static final String AGENT = "import validator";

  private final KindEnvironment environment;
  private final ImportStore imports;
  private final ImportErrors errors;

  ImportValidation(KindEnvironment environment, ImportStore imports, ImportErrors errors) {
    this.environment = environment;
    this.imports = imports;
    this.errors = errors;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.VALIDATION;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) throws Exception {
    Flow flow = run.flow();
    ObjectNode summary = environment.json().createObjectNode();
    long rows = 0;
    long rejected = 0;
    int position = 0;
    for (Flow.FlowFile file : flow.files()) {
      int place = position++;
      run.progress(
          AGENT,
          100 * place / flow.files().size(),
          "reading",
          environment.json().createObjectNode().put("file", file.name()));
      Reading reading = read(file);
      rows += reading.scanned().rows();
      rejected += reading.scanned().rejected();
      run.apply("file-" + place, keep(flow, place, file, reading));
    }
    run.progress(AGENT, 100, "done", summary.deepCopy().put("rows", rows));
    summary.put("files", flow.files().size()).put("rows", rows).put("rejected", rejected);
    return PhaseOutcome.completed(Effect.NOTHING, summary);
  }

  private Effect keep(Flow flow, int position, Flow.FlowFile file, Reading reading) {
    return transaction -> {
      imports.insertFile(
          transaction, flow.id(), position, file.uploadId(), file.name(), reading.scanned());
      imports.insertBatches(transaction, flow.id(), position, reading.batches());
      errors.insert(transaction, flow.id(), phase(), reading.errors());
    };
  }

  private Reading read(Flow.FlowFile file) throws Exception {
    List<Batch> batches = new ArrayList<>();
    List<ImportError> found = new ArrayList<>();
    try (InputStream in = environment.uploads().read(file.uploadId())) {
      ScanOutcome outcome =
          CsvScanner.scan(
              in,
              CsvLimits.DEFAULT,
              parsed -> {
                batches.add(parsed.batch());
                parsed.errors().forEach(error -> note(found, file.name(), error));
              });
      return switch (outcome) {
        case Refusal refusal ->
            throw new PhaseFailedException(
                "the file " + file.name() + " cannot be imported: " + refusal.detail());
        case Scanned scanned -> {
          scanned.headerWarnings().forEach(error -> note(found, file.name(), error));
          yield new Reading(scanned, batches, found);
        }
      };
    }
  }

  private static void note(List<ImportError> found, String file, RowError error) {
    if (found.size() < MAX_ERRORS) {
      found.add(
          new ImportError(
              file,
              error.row(),
              error.column(),
              error.value(),
              error.reason(),
              error.severity() == RowError.Severity.REJECTED));
    }
  }

  private record Reading(Scanned scanned, List<Batch> batches, List<ImportError> errors) {}
}
