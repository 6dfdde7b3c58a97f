package io.skein.api.auth;

import java.util.List;
import java.util.Set;

/**
 * Who may enter.
 *
 * @param tokens which tokens are trusted
 * @param allowedOrigins origins of pages elsewhere, {@code https://host[:port]}; may be empty
 * @param openRoutes what needs no credential, besides signing in: the page and its files
 */
public record DoorSettings(
    TokenSettings tokens, Set<String> allowedOrigins, List<OpenRoute> openRoutes) {
  public DoorSettings {
    allowedOrigins = Set.copyOf(allowedOrigins);
    openRoutes = List.copyOf(openRoutes);
  }
}
