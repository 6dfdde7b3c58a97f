package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of what the import refused.
 *
 * @param next where the next page begins; null on the last one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImportErrors(List<ImportError> items, @Nullable Long next) {

  /**
   * One refused row or cell.
   *
   * @param rejected whether the whole row was left out
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ImportError(
      @Nullable String file,
      long row,
      @Nullable String column,
      @Nullable String value,
      String reason,
      boolean rejected) {

    private static final int LONGEST_VALUE = 60;

    /** For one line of a terminal. */
    String text() {
      String where = (file == null ? "" : file + " ") + "row " + row;
      String cell = column == null || column.isEmpty() ? "" : ", " + column;
      String shown = value == null || value.isEmpty() ? "" : " \"" + cut(value) + "\"";
      return where + cell + shown + ": " + reason;
    }

    private static String cut(String value) {
      String plain = value.replaceAll("\\p{Cntrl}", " ");
      return plain.length() <= LONGEST_VALUE ? plain : plain.substring(0, LONGEST_VALUE) + "…";
    }
  }
}
