package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.flows.CommandRequest.IdempotencyKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The header {@code Idempotency-Key} and the hash of what it stands for. */
final class IdempotencyHeader {
  private IdempotencyHeader() {}

  /**
   * @param request all that makes the request what it is
   * @return null when the header is absent
   */
  static @Nullable IdempotencyKey read(Context context, List<String> request) {
    String key = context.header("Idempotency-Key");
    if (key == null) {
      return null;
    }
    try {
      return new IdempotencyKey(key, hash(request));
    } catch (IllegalArgumentException e) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "Idempotency-Key must have 1 to 200 characters, for example a UUID.")
          .exception();
    }
  }

  private static String hash(List<String> request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : request) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) ':');
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
