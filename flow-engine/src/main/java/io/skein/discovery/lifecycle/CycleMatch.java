package io.skein.discovery.lifecycle;

/**
 * The cycle found for a version.
 *
 * @param cycle the row of the table
 * @param how how it was found
 * @param reason the same in a sentence
 */
record CycleMatch(ProductCycle cycle, How how, String reason) {

  /** How a cycle was found, surest first. */
  enum How {
    /** The version names the cycle, or a release within it. */
    NAMED,
    /** The version names several cycles; the newest was assumed. */
    NEWEST_ASSUMED,
    /** The version is older than everything listed; the cycle is the oldest listed. */
    OLDER_THAN_LISTED
  }
}
