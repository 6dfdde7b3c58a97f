package io.skein.cache;

/**
 * What a reader accepts from a cache.
 *
 * @param seen the newest version that this instance has seen of the state
 * @param minVersion what the client insists on, in whatever epoch
 */
record Demand(StateVersion seen, long minVersion) {
  boolean metBy(StateVersion version) {
    return version.version() >= minVersion && !version.olderThan(seen);
  }
}
