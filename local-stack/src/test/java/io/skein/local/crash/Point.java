package io.skein.local.crash;

/** Where in a step a worker is held. */
enum Point {
  /** The effect is computed; nothing is written and no transaction is open. */
  BEFORE_EFFECT,
  /** All is written, nothing committed: the step's transaction is open. */
  BEFORE_COMMIT,
  /** The step is committed; neither Redis nor another process was told. */
  BEFORE_RELAY
}
