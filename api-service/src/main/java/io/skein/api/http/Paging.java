package io.skein.api.http;

import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for.
 *
 * @param limit the most items, at least 1
 * @param after the cursor that the page before answered as {@code next}; null for the first page
 */
public record Paging(int limit, @Nullable String after) {
  private static final int LONGEST_CURSOR = 500;

  /**
   * Reads {@code limit} and {@code after}; a limit above the highest is an error, not a smaller
   * page, so that nobody believes to have seen all.
   *
   * @throws ProblemException 400 when either is malformed
   */
  public static Paging of(Context context, int defaultLimit, int highest) {
    String after = context.queryParam("after");
    if (after != null && after.length() > LONGEST_CURSOR) {
      throw malformed("after is longer than any cursor. Send the next of the page before.");
    }
    return new Paging(
        Math.toIntExact(number(context, "limit", defaultLimit, 1, highest)),
        after == null || after.isEmpty() ? null : after);
  }

  /**
   * A whole number in the query, such as {@code minVersion}.
   *
   * @throws ProblemException 400 when it is none or out of range
   */
  public static long number(Context context, String name, long absent, long lowest, long highest) {
    String text = context.queryParam(name);
    if (text == null || text.isEmpty()) {
      return absent;
    }
    long number = wholeNumber(text);
    if (number < lowest || number > highest) {
      throw malformed(
          highest == Long.MAX_VALUE
              ? name + " must be a whole number from " + lowest + "."
              : name + " must be a whole number from " + lowest + " to " + highest + ".");
    }
    return number;
  }

  /** Below every range when it is no number. */
  private static long wholeNumber(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }

  private static ProblemException malformed(String detail) {
    return Problem.of(ProblemType.MALFORMED_REQUEST, detail).exception();
  }
}
