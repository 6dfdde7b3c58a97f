package io.skein.cache;

/**
 * Counts since the start of this process.
 *
 * @param near this process's own level
 * @param redis the level that instances share
 * @param loads what reached PostgreSQL
 */
public record CacheStatistics(Level near, Level redis, Loads loads) {

  /**
   * One level.
   *
   * @param hits reads that it answered
   * @param misses reads that it did not answer, for whatever reason
   * @param staleRefusals entries not answered because a newer version is known or was asked for
   * @param undecodable entries that made no sense; they are removed and loaded anew
   * @param refusedWrites states not taken: a newer version was known, the lease was gone, or
   *     nothing proved that nothing newer had been told
   * @param evictions entries that gave way to others; Redis evicts by itself and tells nobody
   * @param failures calls that were not answered
   */
  public record Level(
      long hits,
      long misses,
      long staleRefusals,
      long undecodable,
      long refusedWrites,
      long evictions,
      long failures) {
    /** From 0 to 1; 0 before the first read. */
    public double hitRate() {
      return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
    }
  }

  /**
   * Reads of PostgreSQL.
   *
   * @param loads all of them
   * @param failures loads that threw
   * @param refusals readers sent away because too many loads were under way
   * @param joins readers that waited for another read of the same state in this process
   * @param refreshes loads past the soft expiry, which nobody waited for
   * @param warmed loads at a start
   * @param tooLarge states that were too large to be kept
   */
  public record Loads(
      long loads,
      long failures,
      long refusals,
      long joins,
      long refreshes,
      long warmed,
      long tooLarge) {}
}
