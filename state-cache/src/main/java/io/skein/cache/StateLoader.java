package io.skein.cache;

import java.util.Optional;
import java.util.UUID;

/** Reads the truth. Called by several threads at once for different flows. */
@FunctionalInterface
public interface StateLoader {
  /**
   * State, version and epoch from one statement on the primary; empty when there is no such flow.
   * What it throws reaches the reader.
   */
  Optional<VersionedState> load(UUID flow);
}
