package io.skein.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The databases of a server that were filled once, to be copied. Thread-safe. */
final class PreparedDatabases {
  private final Map<String, DatabaseAddress> prepared = new HashMap<>();

  /** The one of this kind, made and filled when it is asked for first. */
  synchronized DatabaseAddress get(
      String kind, Supplier<DatabaseAddress> make, Consumer<DatabaseAddress> fill) {
    DatabaseAddress known = prepared.get(kind);
    if (known != null) {
      return known;
    }
    DatabaseAddress made = make.get();
    fill.accept(made);
    prepared.put(kind, made);
    return made;
  }
}
