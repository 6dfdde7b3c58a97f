package io.skein.tasks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What was counted for whom. It guards against mistakes (another filter, more tasks than one has
 * seen), not against malice: who may confirm may count as well, so nothing in it is secret.
 *
 * @param countedAt by PostgreSQL's clock
 * @param digest of action and filter
 */
record BulkToken(long count, Instant countedAt, String digest) {
  private static final Duration LIFE = Duration.ofMinutes(10);

  static BulkToken of(BulkAction action, TaskFilter filter, long count, Instant now) {
    return new BulkToken(count, now.truncatedTo(ChronoUnit.MICROS), digest(action, filter));
  }

  /** Null when it is none. */
  static @Nullable BulkToken parse(String text) {
    try {
      String[] parts = new String(Base64.getUrlDecoder().decode(text), UTF_8).split(" ", 3);
      return parts.length == 3
          ? new BulkToken(Long.parseLong(parts[0]), Instant.parse(parts[1]), parts[2])
          : null;
    } catch (IllegalArgumentException | DateTimeException e) {
      return null;
    }
  }

  String text() {
    String plain = count + " " + countedAt + " " + digest;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8));
  }

  boolean confirms(BulkAction action, TaskFilter filter, Instant now) {
    return digest.equals(digest(action, filter))
        && !countedAt.isAfter(now)
        && countedAt.plus(LIFE).isAfter(now);
  }

  private static String digest(BulkAction action, TaskFilter filter) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((action.text() + " " + filter.text()).getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
