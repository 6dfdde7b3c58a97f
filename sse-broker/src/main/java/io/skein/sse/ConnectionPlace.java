package io.skein.sse;

import java.util.Comparator;
import java.util.Optional;

/**
 * Where a connection stands in the list of all: by instance, and there by id, which grows with
 * time. As text a cursor that needs no encoding in an address, if the instance's name needs none.
 *
 * @param connection its id
 */
public record ConnectionPlace(String instance, String connection)
    implements Comparable<ConnectionPlace> {
  private static final Comparator<ConnectionPlace> ORDER =
      Comparator.comparing(ConnectionPlace::instance).thenComparing(ConnectionPlace::connection);

  /** Reads what {@link #toString} gave; empty when it is nothing of the kind. */
  public static Optional<ConnectionPlace> parse(String text) {
    int dot = text.indexOf('.');
    return dot < 1 || dot == text.length() - 1
        ? Optional.empty()
        : Optional.of(new ConnectionPlace(text.substring(dot + 1), text.substring(0, dot)));
  }

  @Override
  public int compareTo(ConnectionPlace other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return connection + "." + instance;
  }
}
