package io.skein.discovery.cleansing;

/**
 * A cell that could not be used as it stands. The value became absent, or was used with the doubt
 * that the reason names; the row itself goes on.
 *
 * @param field name of the field as in {@link RawAsset}, for example {@code ipAddresses}
 * @param value the offending text, shortened to at most {@value #MAX_VALUE} characters
 * @param reason what is wrong and what became of it, a sentence without the value
 */
public record RowIssue(String field, String value, String reason) {

  /** Longest value kept; what is longer ends in an ellipsis. */
  public static final int MAX_VALUE = 200;

  /** Shortens a long value, never between the halves of a surrogate pair. */
  public RowIssue {
    if (value.length() > MAX_VALUE) {
      int end = MAX_VALUE - 1;
      if (Character.isHighSurrogate(value.charAt(end - 1))) {
        end--;
      }
      value = value.substring(0, end) + "…";
    }
  }
}
