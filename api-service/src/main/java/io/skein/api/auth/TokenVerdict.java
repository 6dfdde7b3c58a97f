package io.skein.api.auth;

import java.time.Instant;

/** What became of a token. */
sealed interface TokenVerdict {
  /**
   * @param id the token's own id, empty when it has none
   * @param opens the only thing that a ticket opens, empty for other tokens
   */
  record Accepted(Principal principal, Instant expiresAt, String id, String opens)
      implements TokenVerdict {}

  /**
   * @param reason a sentence for the caller that says what to do
   */
  record Refused(String reason) implements TokenVerdict {}
}
