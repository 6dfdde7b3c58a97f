package io.skein.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a consumer group is with one of its partitions.
 *
 * @param place of the last event that was processed
 * @param behind how many appends wait to be processed, counted up to {@link #MOST_COUNTED}
 * @param failures how often in a row the next event has failed
 * @param error why it failed last
 * @param retryAt when it is tried again
 * @param worker the instance that served the partition last
 * @param updatedAt when that was
 */
public record PartitionStatus(
    int partition,
    FeedPosition place,
    long behind,
    int failures,
    @Nullable String error,
    @Nullable Instant retryAt,
    @Nullable String worker,
    Instant updatedAt) {

  /** Past it the appends that wait are not counted further. */
  public static final long MOST_COUNTED = 100_000;
}
