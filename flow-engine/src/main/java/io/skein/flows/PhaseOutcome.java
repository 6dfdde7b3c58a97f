package io.skein.flows;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a phase ended.
 *
 * @param effect committed with the phase's completion
 * @param summary figures for the flow's state; an object
 * @param approval what the user must agree to before the phase counts as completed, or null
 */
public record PhaseOutcome(Effect effect, JsonNode summary, @Nullable JsonNode approval) {

  public static PhaseOutcome completed(Effect effect, JsonNode summary) {
    return new PhaseOutcome(effect, summary, null);
  }

  public static PhaseOutcome awaitingApproval(Effect effect, JsonNode summary, JsonNode approval) {
    return new PhaseOutcome(effect, summary, approval);
  }
}
