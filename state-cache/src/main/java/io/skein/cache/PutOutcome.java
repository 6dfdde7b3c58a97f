package io.skein.cache;

/** What became of a state that was put. */
public enum PutOutcome {
  /** It is what readers get. */
  KEPT,
  /** Its version is known, older states are gone, and the next reader loads. */
  VERSION_TOLD,
  /** A newer version is known; nothing changed. */
  OUTDATED,
  /**
   * Redis could not be told; this process knows the version, the others learn it from the sweep.
   */
  REDIS_AWAY
}
