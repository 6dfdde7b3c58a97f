package io.skein.discovery.mapping;

import java.util.List;

/** The mapping of all files of a flow. */
public record Mapping(List<FileMapping> files) {
  /** Below this confidence a person decides. No wrong proposal may reach it. */
  public static final double THRESHOLD = 0.85;

  public Mapping {
    files = List.copyOf(files);
  }

  /** Whether any file has to be looked at by a person first. */
  public boolean needsApproval() {
    return files.stream().anyMatch(FileMapping::needsApproval);
  }

  /**
   * Applies what the user says; a corrected column has confidence 1. A field that only one column
   * may hold is taken from the column that held it.
   *
   * @return all corrections applied, or the first that cannot be
   */
  public CorrectionOutcome apply(List<Correction> corrections) {
    return new Corrections(this).apply(corrections);
  }
}
