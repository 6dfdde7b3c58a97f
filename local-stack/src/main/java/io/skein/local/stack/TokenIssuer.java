package io.skein.local.stack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Signs bearer tokens with the secret of an installation. Thread-safe. */
public final class TokenIssuer {
  private static final Duration LIFETIME = Duration.ofHours(12);

  private final byte[] secret;
  private final Clock clock;

  public TokenIssuer(byte[] secret) {
    this(secret, Clock.systemUTC());
  }

  TokenIssuer(byte[] secret, Clock clock) {
    this.secret = secret.clone();
    this.clock = clock;
  }

  /** An operator's token, who creates flows and commands them. */
  public String issue(String tenant, String engagement, String user) {
    return issue(tenant, engagement, user, "operator");
  }

  /**
   * A token for this user of this client account and engagement, valid for twelve hours.
   *
   * @param role viewer, operator or admin
   */
  public String issue(String tenant, String engagement, String user, String role) {
    Instant now = clock.instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer("skein")
            .audience("skein-api")
            .subject(user)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .claim("client_account_id", tenant)
            .claim("engagement_id", engagement)
            .claim("role", role)
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      token.sign(new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a token with the secret of this stack", e);
    }
    return token.serialize();
  }
}
