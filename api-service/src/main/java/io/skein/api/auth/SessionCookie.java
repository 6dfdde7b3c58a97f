package io.skein.api.auth;

import io.javalin.http.Context;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cookie {@code skein_session}, written by hand because Javalin's has no {@code Partitioned}.
 */
final class SessionCookie {
  private static final String NAME = "skein_session";

  private final AllowedOrigins origins;

  SessionCookie(AllowedOrigins origins) {
    this.origins = origins;
  }

  static @Nullable String read(Context context) {
    return context.cookie(NAME);
  }

  void write(Context context, String value, Duration life) {
    set(context, value, life.toSeconds());
  }

  void clear(Context context) {
    set(context, "", 0);
  }

  private void set(Context context, String value, long maxAge) {
    context.header(
        "Set-Cookie",
        NAME + "=" + value + "; Path=/; Max-Age=" + maxAge + "; HttpOnly" + scope(context));
  }

  /**
   * A page of another, allowed origin needs the cookie sent across sites; only TLS carries that.
   */
  private String scope(Context context) {
    if (origins.isForeign(context)) {
      return "; SameSite=None; Secure; Partitioned";
    }
    return isSecure(context) ? "; SameSite=Strict; Secure" : "; SameSite=Strict";
  }

  /**
   * The proxy that ends TLS says so; who lies about it only keeps his own cookie from plain HTTP.
   */
  private static boolean isSecure(Context context) {
    return "https".equals(context.scheme()) || "https".equals(context.header("X-Forwarded-Proto"));
  }
}
