package io.skein.api.auth;

/**
 * Which tokens are trusted: HMAC with SHA-256, made with this secret, by this issuer, for this
 * audience.
 */
public final class TokenSettings {
  private static final int SHORTEST_SECRET_BYTES = 32;

  private final byte[] secret;
  private final String issuer;
  private final String audience;

  /**
   * @param secret at least 32 bytes; copied
   * @throws IllegalArgumentException when the secret is shorter
   */
  public TokenSettings(byte[] secret, String issuer, String audience) {
    if (secret.length < SHORTEST_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the secret of the tokens must have at least "
              + SHORTEST_SECRET_BYTES
              + " bytes (256 bits), but has "
              + secret.length);
    }
    this.secret = secret.clone();
    this.issuer = issuer;
    this.audience = audience;
  }

  byte[] secret() {
    return secret.clone();
  }

  String issuer() {
    return issuer;
  }

  String audience() {
    return audience;
  }

  /** The same for the tokens inside session cookies, so that neither passes for the other. */
  TokenSettings forSessions() {
    return new TokenSettings(secret, issuer, audience + "/session");
  }

  /** The same for tickets. */
  TokenSettings forTickets() {
    return new TokenSettings(secret, issuer, audience + "/ticket");
  }

  /** Never shows the secret. */
  @Override
  public String toString() {
    return "TokenSettings[issuer=" + issuer + ", audience=" + audience + "]";
  }
}
