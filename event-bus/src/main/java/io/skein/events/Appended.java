package io.skein.events;

/**
 * What an append was given, valid once its transaction commits.
 *
 * @param epoch of the database
 * @param first sequence of the first event of the batch
 * @param last sequence of the last one
 * @param stateVersion version of the flow's state after the batch
 */
public record Appended(Epoch epoch, Sequence first, Sequence last, long stateVersion) {}
