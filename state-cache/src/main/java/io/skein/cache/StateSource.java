package io.skein.cache;

import java.util.List;
import java.util.Optional;

/** Reads the truth. Called by several threads at once for different keys. */
@FunctionalInterface
public interface StateSource<K, V> {
  /**
   * State, version and epoch from one statement on the primary; empty when there is no such state.
   * What it throws reaches the reader.
   */
  Optional<Versioned<V>> load(K key);

  /**
   * Keys of the states that changed last, newest first, to be warmed at a start.
   *
   * @param most to answer
   */
  default List<K> recent(int most) {
    return List.of();
  }
}
