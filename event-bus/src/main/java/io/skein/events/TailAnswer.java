package io.skein.events;

/**
 * What the tail said to events that were offered to it.
 *
 * @param last its last sequence now
 */
record TailAnswer(Verdict verdict, Sequence last) {
  /** The first three in the order of the script's numbers. */
  enum Verdict {
    ADDED,
    KNOWN,
    /** Events between {@code last} and the first offered one are missing. */
    GAP,
    /** Redis answered with an error; nothing is known of the tail. */
    REFUSED
  }
}
