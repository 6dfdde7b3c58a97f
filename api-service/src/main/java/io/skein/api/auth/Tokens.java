package io.skein.api.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: HS256 and nothing else, signature before claims, and no claim is optional that
 * decides about access. Thread safe.
 */
final class Tokens {
  static final String TENANT_CLAIM = "client_account_id";
  static final String ENGAGEMENT_CLAIM = "engagement_id";
  static final String ROLE_CLAIM = "role";
  static final String OPENS_CLAIM = "opens";

  private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);
  private static final int LONGEST_TOKEN = 8192;
  private static final String NOT_OURS =
      "The token is not one of this installation. Get one with `./skein token`.";

  private final TokenSettings settings;
  private final InstantSource clock;
  private final JWSVerifier verifier;

  Tokens(TokenSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    try {
      this.verifier = new MACVerifier(settings.secret());
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the secret cannot verify tokens", e);
    }
  }

  TokenVerdict verify(String text) {
    if (text.length() > LONGEST_TOKEN) {
      return new TokenVerdict.Refused(NOT_OURS);
    }
    try {
      SignedJWT token = SignedJWT.parse(text);
      boolean genuine =
          JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm()) && token.verify(verifier);
      return genuine ? judge(token.getJWTClaimsSet()) : new TokenVerdict.Refused(NOT_OURS);
    } catch (ParseException | JOSEException e) {
      return new TokenVerdict.Refused(NOT_OURS);
    }
  }

  private TokenVerdict judge(JWTClaimsSet claims) throws ParseException {
    if (!settings.issuer().equals(claims.getIssuer())) {
      return new TokenVerdict.Refused("The token comes from another issuer. Get one of this one.");
    }
    if (!claims.getAudience().contains(settings.audience())) {
      return new TokenVerdict.Refused("The token is for another service. Get one for this API.");
    }
    Date expiry = claims.getExpirationTime();
    if (expiry == null) {
      return new TokenVerdict.Refused("The token never expires. Get one that does.");
    }
    Instant now = clock.instant();
    if (!now.isBefore(expiry.toInstant().plus(CLOCK_SKEW))) {
      return new TokenVerdict.Refused("The token has expired. Get a new one and sign in again.");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null && now.isBefore(notBefore.toInstant().minus(CLOCK_SKEW))) {
      return new TokenVerdict.Refused("The token is not valid yet. Use it later.");
    }
    return accept(claims, expiry.toInstant());
  }

  private static TokenVerdict accept(JWTClaimsSet claims, Instant expiry) throws ParseException {
    String user = claims.getSubject();
    String tenant = claims.getStringClaim(TENANT_CLAIM);
    String engagement = claims.getStringClaim(ENGAGEMENT_CLAIM);
    if (user == null || tenant == null || engagement == null) {
      return incomplete();
    }
    Optional<Role> role = role(claims.getStringClaim(ROLE_CLAIM));
    if (role.isEmpty()) {
      return new TokenVerdict.Refused(
          "The token's role is none of viewer, operator, admin and worker. Get one that names one.");
    }
    try {
      Principal principal = new Principal(user, tenant, engagement, role.get());
      String opens = orEmpty(claims.getStringClaim(OPENS_CLAIM));
      return new TokenVerdict.Accepted(principal, expiry, orEmpty(claims.getJWTID()), opens);
    } catch (IllegalArgumentException e) {
      return incomplete();
    }
  }

  /** A token without a role is a viewer's. */
  private static Optional<Role> role(@Nullable String claim) {
    return claim == null ? Optional.of(Role.VIEWER) : Role.parse(claim);
  }

  private static TokenVerdict incomplete() {
    return new TokenVerdict.Refused(
        "The token must name sub, client_account_id and engagement_id. Get one that does.");
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
