package io.skein.api.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Signs the tokens inside session cookies and tickets. Thread safe. */
final class TokenSigner {
  private final TokenSettings settings;

  /**
   * @param settings of one kind of token, told apart by the audience
   */
  TokenSigner(TokenSettings settings) {
    this.settings = settings;
  }

  /**
   * A token with an id of its own.
   *
   * @param opens the only thing that it opens, or null
   */
  String sign(Principal principal, Instant until, @Nullable String opens) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(settings.issuer())
            .audience(settings.audience())
            .subject(principal.user())
            .claim(Tokens.TENANT_CLAIM, principal.tenant())
            .claim(Tokens.ENGAGEMENT_CLAIM, principal.engagement())
            .claim(Tokens.ROLE_CLAIM, principal.role().text())
            .claim(Tokens.OPENS_CLAIM, opens)
            .expirationTime(Date.from(until))
            .jwtID(UUID.randomUUID().toString())
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      token.sign(new MACSigner(settings.secret()));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign with the secret of the tokens", e);
    }
    return token.serialize();
  }
}
