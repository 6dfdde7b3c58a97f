package io.skein.discovery.mapping;

import java.util.Objects;

/** Another field that a column might hold. */
public record Alternative(Field field, double confidence) {
  public Alternative {
    Objects.requireNonNull(field);
  }
}
