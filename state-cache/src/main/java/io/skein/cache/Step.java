package io.skein.cache;

/** The places between which a read can be overtaken. */
enum Step {
  LOOKED_NEAR,
  READ,
  LEASED,
  LOADED,
  FILLED,
  SEEN;

  /** Is told of each; tests delay there. */
  @FunctionalInterface
  interface Listener {
    Listener NONE = (step, id) -> {};

    void reached(Step step, String id);
  }
}
