package io.skein.api.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a caller may do: a viewer reads flows, an operator creates and commands them; each includes
 * those before it. Only {@link #WORKER} is apart: it reads, and it and an admin may claim tasks, of
 * every account.
 */
public enum Role {
  WORKER,
  VIEWER,
  OPERATOR,
  ADMIN;

  /** The text of the {@code role} claim. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty when there is no such role. */
  static Optional<Role> parse(String text) {
    return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
  }
}
