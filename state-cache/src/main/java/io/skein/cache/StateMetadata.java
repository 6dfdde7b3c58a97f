package io.skein.cache;

import java.time.Instant;

/**
 * What lists and status lines want to know of a state, without the state.
 *
 * @param status a word of the owner's
 * @param phase what is at work, a word of the owner's
 * @param updated when the state changed last, by the clock of PostgreSQL
 */
public record StateMetadata(String status, String phase, Instant updated) {}
