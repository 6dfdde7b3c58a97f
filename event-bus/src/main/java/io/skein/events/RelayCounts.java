package io.skein.events;

/**
 * What a relay has done since its start.
 *
 * @param appended events committed by this process
 * @param relayed batches that Redis took or already had
 * @param gaps batches before which events were missing, filled from PostgreSQL
 * @param dropped batches beyond the bound of the queue, left to the sweep
 * @param failed batches that Redis did not take, left to the sweep
 * @param skipped batches not even tried because Redis is away, left to the sweep
 */
public record RelayCounts(
    long appended, long relayed, long gaps, long dropped, long failed, long skipped) {}
