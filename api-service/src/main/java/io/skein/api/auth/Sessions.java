package io.skein.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sessions of pages. Nothing is stored: the cookie carries a token of its own kind with a random
 * id, good on every instance and no longer than the token that it was exchanged for; the CSRF token
 * is an HMAC of that id. Thread safe.
 */
final class Sessions {
  /** No signing input of a JWT contains a colon, so one secret can make both. */
  private static final String CSRF_DOMAIN = "skein-csrf:";

  private final TokenSettings settings;
  private final TokenSigner signer;
  private final Tokens tokens;

  Sessions(TokenSettings bearer, InstantSource clock) {
    this.settings = bearer.forSessions();
    this.signer = new TokenSigner(settings);
    this.tokens = new Tokens(settings, clock);
  }

  /** The value of the cookie for whom this token proved to be. */
  String open(TokenVerdict.Accepted accepted) {
    return signer.sign(accepted.principal(), accepted.expiresAt(), null);
  }

  TokenVerdict verify(String cookie) {
    return tokens.verify(cookie);
  }

  /** The token that writes of this session must show. */
  String csrfToken(String sessionId) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(settings.secret(), "HmacSHA256"));
      byte[] code = mac.doFinal((CSRF_DOMAIN + sessionId).getBytes(UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  boolean csrfMatches(String sessionId, String shown) {
    return MessageDigest.isEqual(csrfToken(sessionId).getBytes(UTF_8), shown.getBytes(UTF_8));
  }
}
