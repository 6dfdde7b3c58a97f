package io.skein.discovery.cleansing;

import java.util.List;

/**
 * Two or more records of one asset disagreed.
 *
 * @param field name of the field as in {@link AssetFacts}
 * @param kept the value that stands
 * @param others the values that lost, each with the rows that state it
 */
public record Conflict(String field, String kept, List<OtherValue> others) {

  /** Copies the list. */
  public Conflict {
    others = List.copyOf(others);
  }

  /** A value that lost, and the rows that state it. */
  public record OtherValue(String value, List<SourceRow> sources) {

    /** Copies the list. */
    public OtherValue {
      sources = List.copyOf(sources);
    }
  }
}
