package io.skein.api.http;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Refuses addresses whose text nobody can read or store, before a route looks at them. */
public final class QueryText {
  private QueryText() {}

  /**
   * Checks the query of a request.
   *
   * @throws ProblemException 400 when its percent-encoding is broken, it is no UTF-8, or it has a
   *     NUL, which PostgreSQL cannot store
   */
  public static void check(Context context) {
    String query = context.queryString();
    if (query != null && !isReadable(query)) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "The query of the address cannot be read. Send it as percent-encoded UTF-8 without"
                  + " NUL characters.")
          .exception();
    }
  }

  private static boolean isReadable(String query) {
    byte[] sent = query.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(sent.length);
    for (int at = 0; at < sent.length; at++) {
      int value = sent[at];
      if (value == '%') {
        boolean whole = at + 2 < sent.length;
        int high = whole ? Character.digit(sent[at + 1], 16) : -1;
        int low = whole ? Character.digit(sent[at + 2], 16) : -1;
        value = high < 0 || low < 0 ? 0 : high << 4 | low;
        at += 2;
      }
      if (value == 0) {
        return false;
      }
      decoded.put((byte) value);
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(decoded.flip());
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
