package io.skein.cache;

/** What the lease of a load answered. */
sealed interface LoadTurn {
  /** Somebody has filled the state meanwhile. */
  record Filled(VersionedState state) implements LoadTurn {}

  /** This caller is to load, and to show the token with its fill. */
  record Granted(String token) implements LoadTurn {}

  /** Another caller loads. */
  record Taken() implements LoadTurn {}
}
