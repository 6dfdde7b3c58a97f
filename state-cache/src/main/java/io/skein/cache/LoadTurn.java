package io.skein.cache;

/** What the lease of a load answered. */
sealed interface LoadTurn<V> {
  /** Somebody has filled the state meanwhile. */
  record Filled<V>(Entry<V> entry, boolean pastSoftExpiry) implements LoadTurn<V> {}

  /**
   * This caller is to load, and to show the token with its fill.
   *
   * @param known the version that Redis knew then
   */
  record Granted<V>(String token, StateVersion known) implements LoadTurn<V> {}

  /** Another caller loads. */
  record Taken<V>() implements LoadTurn<V> {}
}
