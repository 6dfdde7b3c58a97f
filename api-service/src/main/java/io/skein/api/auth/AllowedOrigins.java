package io.skein.api.auth;

import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The origins of pages that may use the API with credentials, besides the API's own. Immutable. */
final class AllowedOrigins {
  private final Set<String> origins;

  /**
   * @throws IllegalArgumentException when one is not of the form {@code https://host[:port]}
   */
  AllowedOrigins(Set<String> origins) {
    this.origins = origins.stream().map(AllowedOrigins::checked).collect(Collectors.toSet());
  }

  boolean contains(String origin) {
    return origins.contains(origin.toLowerCase(Locale.ROOT));
  }

  /** Whether a page of another origin asks; programs name none. */
  boolean isForeign(Context context) {
    String origin = origin(context);
    return origin != null && !isOwn(origin, context);
  }

  /** A page of another origin that is not allowed. */
  boolean refuses(Context context) {
    String origin = origin(context);
    return origin != null && !isOwn(origin, context) && !contains(origin);
  }

  static @Nullable String origin(Context context) {
    return context.header("Origin");
  }

  /** The scheme is left out: behind a proxy that ends TLS this server does not know its own. */
  private static boolean isOwn(String origin, Context context) {
    String host = context.header("Host");
    return host != null
        && (origin.equalsIgnoreCase("http://" + host)
            || origin.equalsIgnoreCase("https://" + host));
  }

  private static String checked(String origin) {
    URI uri = URI.create(origin);
    boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
    String plain =
        uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    if (!web || uri.getHost() == null || !origin.equals(plain)) {
      throw new IllegalArgumentException(
          "an allowed origin must look like https://app.example.com or http://localhost:3000,"
              + " without a path, but is "
              + origin);
    }
    return origin.toLowerCase(Locale.ROOT);
  }
}
