package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A flow as the API shows it: what the demo needs of it. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Flow(
    String flowId,
    String name,
    String status,
    @Nullable String currentPhase,
    int progress,
    long version,
    List<Phase> phases,
    @Nullable FlowError error,
    @Nullable Approval approval) {

  /** One of the seven phases. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Phase(
      String phase, String status, @Nullable Integer batchesTotal, @Nullable Integer batchesDone) {

    /** 0 to 100. */
    int percent() {
      if (status.equals("completed")) {
        return 100;
      }
      int total = batchesTotal == null ? 0 : batchesTotal;
      int done = batchesDone == null ? 0 : batchesDone;
      return total == 0 ? 0 : Math.min(99, 100 * done / total);
    }
  }

  /** Why a flow failed. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record FlowError(@Nullable String phase, @Nullable String reason) {}

  /**
   * The mapping that waits for the user.
   *
   * @param fields what a column may be taken for, by the kind of list
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Approval(
      double threshold, List<MappedFile> files, @Nullable Map<String, List<String>> fields) {

    /** Every field there is, each once. */
    List<String> fieldNames() {
      Map<String, List<String>> byKind = fields == null ? Map.of() : fields;
      return byKind.values().stream().flatMap(List::stream).distinct().toList();
    }

    boolean hasColumn(String name) {
      return files.stream()
          .flatMap(file -> file.columns().stream())
          .anyMatch(column -> column.column().equals(name));
    }
  }

  /** The proposed mapping of one file. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record MappedFile(@Nullable String file, List<MappedColumn> columns) {}

  /** What one column is taken for; null for nothing. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record MappedColumn(String column, @Nullable String field, double confidence) {}

  /** Whether nothing can happen any more. */
  public boolean isFinal() {
    return status.equals("completed") || status.equals("failed") || status.equals("cancelled");
  }

  /** Whether it reached its report. */
  public boolean isCompleted() {
    return status.equals("completed");
  }

  /** Whether its mapping waits for approval. */
  public boolean waitsForUser() {
    return status.equals("waiting_for_user");
  }
}
