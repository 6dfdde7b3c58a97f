package io.skein.api.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What a ticket opens: the stream of exactly these flows, or of the whole engagement. Many flows
 * stand in the stream's address already, so the ticket has their digest only.
 *
 * @param text {@code *}, or the digest
 */
public record TicketScope(String text) {
  /** The stream of all flows in the caller's engagement. */
  public static final TicketScope EVERYTHING = new TicketScope("*");

  /** The stream of these flows, in any order. */
  public static TicketScope of(Collection<UUID> flows) {
    StringBuilder sorted = new StringBuilder();
    new TreeSet<>(flows).forEach(flow -> sorted.append(flow).append('\n'));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(sorted.toString().getBytes(US_ASCII));
      return new TicketScope(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
