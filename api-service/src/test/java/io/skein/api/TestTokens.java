package io.skein.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Tokens that the instances of a test trust, and some that look much like them. */
final class TestTokens {
  static final String SECRET = "0123456789abcdef0123456789abcdef";
  static final String TENANT = "acme";
  static final String ENGAGEMENT = "lift";

  private TestTokens() {}

  /** An operator's. */
  static String genuine() {
    return of(TENANT, ENGAGEMENT);
  }

  /** An operator's. */
  static String of(String tenant, String engagement) {
    return signed(SECRET, claims(tenant, engagement).claim("role", "operator"));
  }

  static String withoutRole() {
    return withoutRole(TENANT, ENGAGEMENT);
  }

  static String withoutRole(String tenant, String engagement) {
    return signed(SECRET, claims(tenant, engagement));
  }

  /** A user of the usual account and engagement. */
  static String ofUser(String user, String role) {
    return ofUser(user, role, TENANT);
  }

  static String ofUser(String user, String role, String tenant) {
    return signed(SECRET, claims(tenant, ENGAGEMENT).subject(user).claim("role", role));
  }

  static String endingIn(Duration fromNow) {
    return signed(SECRET, claims(TENANT, ENGAGEMENT).expirationTime(in(fromNow)));
  }

  static String expired() {
    return signed(SECRET, claims(TENANT, ENGAGEMENT).expirationTime(in(Duration.ofMinutes(-1))));
  }

  static String withAnotherSecret() {
    return signed("f".repeat(32), claims(TENANT, ENGAGEMENT));
  }

  static String forAnotherAudience() {
    return signed(SECRET, claims(TENANT, ENGAGEMENT).audience("somebody-else"));
  }

  static String unsigned() {
    return new PlainJWT(claims(TENANT, ENGAGEMENT).build()).serialize();
  }

  private static JWTClaimsSet.Builder claims(String tenant, String engagement) {
    return new JWTClaimsSet.Builder()
        .issuer("skein")
        .audience("skein-api")
        .subject("ann")
        .expirationTime(in(Duration.ofHours(1)))
        .claim("client_account_id", tenant)
        .claim("engagement_id", engagement);
  }

  private static Date in(Duration fromNow) {
    return Date.from(Instant.now().plus(fromNow));
  }

  private static String signed(String secret, JWTClaimsSet.Builder claims) {
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    try {
      token.sign(new MACSigner(secret.getBytes(UTF_8)));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a token", e);
    }
    return token.serialize();
  }
}
