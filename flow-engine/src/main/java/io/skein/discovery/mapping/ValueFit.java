package io.skein.discovery.mapping;

/**
 * How well a column's values suit a field.
 *
 * @param agreement share of the values that do, 0 to 1; lowered when the whole column speaks
 *     against it
 * @param weight how much such values prove
 */
record ValueFit(double agreement, Weight weight) {
  /** What values of this kind prove about their field. */
  enum Weight {
    /** They could stand for much else. */
    NEUTRAL,
    /** They rule out most other fields. */
    MEDIUM,
    /** Hardly any other field has such values. */
    STRONG,
    /** They speak for themselves even under no name at all. */
    UNMISTAKABLE
  }
}
