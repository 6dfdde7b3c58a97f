package io.skein.cache;

import java.time.Instant;

/**
 * What lists and status lines want to know of a state, without the state.
 *
 * @param status a word of the owner's, at most 200 characters
 * @param phase what is at work, a word of the owner's, at most 200 characters
 * @param updated when the state changed last, by the clock of PostgreSQL
 */
public record StateMetadata(String status, String phase, Instant updated) {
  private static final int LONGEST = 200;

  public StateMetadata {
    if (status.length() > LONGEST || phase.length() > LONGEST) {
      throw new IllegalArgumentException("status and phase are words of at most 200 characters");
    }
  }
}
