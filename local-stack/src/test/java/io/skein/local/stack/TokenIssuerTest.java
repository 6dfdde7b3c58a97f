package io.skein.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import org.junit.jupiter.api.Test;

final class TokenIssuerTest {
  private static final byte[] SECRET =
      "0123456789012345678901234567890123456789".getBytes(StandardCharsets.UTF_8);

  @Test
  void tokensNameUserTenantAndEngagementForTwelveHours() throws Exception {
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    TokenIssuer issuer = new TokenIssuer(SECRET, Clock.fixed(now, ZoneOffset.UTC));
    SignedJWT token = SignedJWT.parse(issuer.issue("acme", "spring", "ann"));
    assertThat(token.verify(new MACVerifier(SECRET))).isTrue();
    var claims = token.getJWTClaimsSet();
    assertThat(claims.getIssuer()).isEqualTo("skein");
    assertThat(claims.getAudience()).containsExactly("skein-api");
    assertThat(claims.getSubject()).isEqualTo("ann");
    assertThat(claims.getClaim("client_account_id")).isEqualTo("acme");
    assertThat(claims.getClaim("engagement_id")).isEqualTo("spring");
    assertThat(claims.getClaim("role")).isEqualTo("operator");
    assertThat(claims.getExpirationTime())
        .isEqualTo(Date.from(Instant.parse("2026-11-22T22:00:00Z")));
  }
}
