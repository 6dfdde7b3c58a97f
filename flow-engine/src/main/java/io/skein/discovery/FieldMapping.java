package io.skein.discovery;

import io.skein.discovery.mapping.ColumnMapping;
import io.skein.discovery.mapping.Correction;
import io.skein.discovery.mapping.CorrectionOutcome;
import io.skein.discovery.mapping.Field;
import io.skein.discovery.mapping.FileMapping;
import io.skein.discovery.mapping.Mapping;
import io.skein.discovery.mapping.MappingProposal;
import io.skein.discovery.mapping.Role;
import io.skein.flows.Approval;
import io.skein.flows.Effect;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.KindEnvironment;
import io.skein.flows.PhaseHandler;
import io.skein.flows.PhaseOutcome;
import io.skein.flows.PhaseRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Proposes what each column holds; below the threshold the user decides. */
final class FieldMapping implements PhaseHandler {
  private static final String AGENT = "field mapper";

  private final KindEnvironment environment;
  private final ImportStore imports;

  FieldMapping(KindEnvironment environment, ImportStore imports) {
    this.environment = environment;
    this.imports = imports;
  }

  @Override
  public String phase() {
    return DiscoveryFlow.MAPPING;
  }

  @Override
  public Effect undo(FlowId flow) {
    return WrittenRows.removal(phase(), flow);
  }

  @Override
  public PhaseOutcome finish(PhaseRun run) {
    FlowId flow = run.flow().id();
    List<FileMapping> proposals = new ArrayList<>();
    List<DiscoveryFile> files = imports.files(flow);
    for (DiscoveryFile file : files) {
      run.progress(
          AGENT,
          100 * proposals.size() / files.size(),
          "mapping",
          environment.json().createObjectNode().put("file", file.name()));
      proposals.add(
          MappingProposal.propose(
              file.name(), file.layout().header(), imports.sample(flow, file.position())));
    }
    Mapping mapping = new Mapping(proposals);
    ObjectNode summary = summary(mapping);
    run.progress(AGENT, 100, mapping.needsApproval() ? "waiting for you" : "done", summary);
    Effect save = transaction -> imports.saveMapping(transaction, flow, mapping);
    return mapping.needsApproval()
        ? PhaseOutcome.awaitingApproval(save, summary, approval(mapping))
        : PhaseOutcome.completed(save, summary);
  }

  @Override
  public Approval approve(Flow flow, JsonNode answer) {
    Mapping proposed =
        new Mapping(imports.files(flow.id()).stream().map(FieldMapping::proposalOf).toList());
    return switch (CorrectionReader.read(answer)) {
      case CorrectionReader.Unreadable unreadable -> new Approval.Refused(unreadable.reason());
      case CorrectionReader.Corrections said -> corrected(flow.id(), proposed, said.list());
    };
  }

  private Approval corrected(FlowId flow, Mapping proposed, List<Correction> corrections) {
    return switch (proposed.apply(corrections)) {
      case CorrectionOutcome.Refused refused -> new Approval.Refused(refused.detail());
      case CorrectionOutcome.Corrected corrected ->
          new Approval.Accepted(
              transaction -> imports.saveMapping(transaction, flow, corrected.mapping()),
              "mapping_approved",
              summary(corrected.mapping()).put("corrections", corrections.size()));
    };
  }

  private ObjectNode summary(Mapping mapping) {
    ObjectNode summary = environment.json().createObjectNode();
    double lowest = mapping.files().stream().mapToDouble(FileMapping::confidence).min().orElse(0);
    long mapped =
        mapping.files().stream()
            .flatMap(file -> file.columns().stream())
            .filter(column -> column.field() != null)
            .count();
    long columns = mapping.files().stream().mapToLong(file -> file.columns().size()).sum();
    return summary
        .put("columns", columns)
        .put("mapped", mapped)
        .put("lowestConfidence", Math.round(lowest * 100) / 100.0);
  }

  private ObjectNode approval(Mapping mapping) {
    ObjectNode approval = environment.json().createObjectNode();
    approval.put("threshold", Mapping.THRESHOLD);
    ObjectNode fields = approval.putObject("fields");
    for (Role role : List.of(Role.ASSETS, Role.DEPENDENCIES)) {
      ArrayNode names = fields.putArray(role.toString());
      Field.of(role).forEach(field -> names.add(field.toString()));
    }
    ArrayNode files = approval.putArray("files");
    for (FileMapping file : mapping.files()) {
      ObjectNode node =
          files.addObject().put("file", file.file()).put("role", file.role().toString());
      ArrayNode columns = node.putArray("columns");
      file.columns().forEach(column -> columns.add(column(column)));
    }
    return approval;
  }

  private ObjectNode column(ColumnMapping column) {
    ObjectNode node = environment.json().createObjectNode().put("column", column.column());
    node.put("field", column.field() == null ? null : column.field().toString());
    node.put("confidence", column.confidence());
    ArrayNode alternatives = node.putArray("alternatives");
    column
        .alternatives()
        .forEach(other ->
            alternatives
                .addObject()
                .put("field", other.field().toString())
                .put("confidence", other.confidence()));
    ArrayNode evidence = node.putArray("evidence");
    column.evidence().forEach(evidence::add);
    return node;
  }

  private static FileMapping proposalOf(DiscoveryFile file) {
    @Nullable FileMapping mapping = file.mapping();
    if (mapping == null) {
      throw new IllegalStateException("the file " + file.name() + " has no proposal yet");
    }
    return mapping;
  }
}
