package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The report of a completed flow, as the API gives it. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Report(
    Rows rows,
    Assets assets,
    List<Mapping> mapping,
    Dependencies dependencies,
    Lifecycle lifecycle,
    Map<String, Long> sixR,
    String asOf) {

  /** Over all files. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Rows(long read, long accepted, long rejected) {}

  /** What was found. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Assets(long total, Map<String, Long> byType) {}

  /** What a column was taken for. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Mapping(
      @Nullable String file, String column, @Nullable String field, double confidence) {}

  /**
   * The graph; {@code waves} and the others are counts or lists, of which the demo shows the size.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Dependencies(
      @Nullable Object edges,
      @Nullable Object waves,
      @Nullable Object cycles,
      @Nullable Object clusters) {}

  /** Operating systems as of the report's date; the second figure is part of the first. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Lifecycle(
      long ended, long endedWithExtendedSupport, long supported, long unmatched, long missing) {

    /** Assets that run an operating system, or should name one. */
    long assessed() {
      return ended + supported + unmatched + missing;
    }
  }
}
