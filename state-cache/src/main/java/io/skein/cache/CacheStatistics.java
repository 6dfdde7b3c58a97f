package io.skein.cache;

/**
 * Counts since the start of this process.
 *
 * @param nearHits reads answered in this process
 * @param redisHits reads answered by Redis
 * @param loads reads of PostgreSQL
 * @param joins reads that waited for another read of the same flow in this process
 * @param refusedFills loaded states that Redis did not take, because a newer version was known or
 *     the lease was gone
 * @param redisFailures reads and fills that Redis did not answer
 */
public record CacheStatistics(
    long nearHits, long redisHits, long loads, long joins, long refusedFills, long redisFailures) {}
