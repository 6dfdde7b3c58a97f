package io.skein.cache;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A state as the levels hold it, or the knowledge that there is none.
 *
 * @param version of the state; of an absence, the version up to which it was seen to be absent
 * @param value null when there is none
 * @param bytes of the encoded value
 */
record Entry<V>(StateVersion version, @Nullable V value, int bytes) {

  static <V> Entry<V> absent(StateVersion version) {
    return new Entry<>(version, null, 0);
  }

  Optional<Versioned<V>> versioned() {
    V present = value;
    return present == null ? Optional.empty() : Optional.of(new Versioned<>(version, present));
  }
}
