package io.skein.api.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do besides reading and commanding flows; each includes those before it. */
public enum Role {
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
