package io.skein.discovery.mapping;

import java.util.List;

/** What came of the user's corrections: all of them were applied, or none. */
public sealed interface CorrectionOutcome {
  /** The mapping with every correction in it. */
  record Corrected(Mapping mapping) implements CorrectionOutcome {}

  /**
   * A correction that cannot be applied.
   *
   * @param code {@code unknown_file}, {@code unknown_column}, {@code unknown_field} or {@code
   *     field_used_twice}
   * @param offending the name that was given
   * @param available the names that would have been right
   * @param detail a sentence that says what to do
   */
  record Refused(String code, String offending, List<String> available, String detail)
      implements CorrectionOutcome {
    public Refused {
      available = List.copyOf(available);
    }
  }
}
