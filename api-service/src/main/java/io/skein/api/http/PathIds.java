package io.skein.api.http;

import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.UUID;

/** Ids in the path of a request, and elsewhere in it. */
public final class PathIds {
  /** The canonical form's: {@link UUID#fromString} would take shorter ones. */
  private static final int LENGTH = 36;

  private static final int SHOWN = 60;

  private PathIds() {}

  /**
   * The id that the route names, for example {@code flow} in {@code /flows/{flow}}.
   *
   * @throws ProblemException 400 when it is not a UUID
   */
  public static UUID uuid(Context context, String name) {
    return uuid(context.pathParam(name));
  }

  /**
   * An id as a text.
   *
   * @throws ProblemException 400 when it is not a UUID
   */
  public static UUID uuid(String text) {
    if (!canonical(text)) {
      String shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
      throw Problem.of(
              ProblemType.MALFORMED_ID,
              "'" + shown + "' is not an id. Ids look like 0198c5f0-8f4e-7abc-8def-0123456789ab.")
          .exception();
    }
    return UUID.fromString(text);
  }

  private static boolean canonical(String text) {
    for (int at = 0; at < text.length(); at++) {
      boolean dash = at == 8 || at == 13 || at == 18 || at == 23;
      char c = text.charAt(at);
      if (dash ? c != '-' : !HexFormat.isHexDigit(c)) {
        return false;
      }
    }
    return text.length() == LENGTH;
  }
}
