package io.skein.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far an agent is with its work on a flow.
 *
 * @param agent its name, 1 to 200 characters
 * @param phase the phase it works in
 * @param attempt which attempt at its work this is, from 1; of an older one nothing is taken any
 *     more
 * @param percent 0 to 100; within one attempt it only grows, and a lower one is not taken
 * @param status a word of its own, for example {@code running}
 * @param detailsJson a JSON object, at most 16,384 characters
 * @param updatedAt when it said so, by its own clock; only to be shown
 */
public record AgentUpdate(
    String agent,
    @Nullable String phase,
    int attempt,
    double percent,
    String status,
    String detailsJson,
    Instant updatedAt) {

  public AgentUpdate {
    if (agent.isEmpty() || agent.length() > 200) {
      throw new IllegalArgumentException("an agent has 1 to 200 characters");
    }
    if (attempt < 1) {
      throw new IllegalArgumentException("attempts count from 1, but this is " + attempt);
    }
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent lies between 0 and 100, but is " + percent);
    }
    if (detailsJson.length() > 16_384) {
      throw new IllegalArgumentException("details have at most 16384 characters");
    }
  }

  /**
   * Whether it is taken after another one of the same agent, as {@code update_progress.lua} says.
   */
  public boolean supersedes(AgentUpdate other) {
    return attempt > other.attempt || (attempt == other.attempt && percent >= other.percent);
  }
}
