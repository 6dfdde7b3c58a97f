package io.skein.flows;

import tools.jackson.databind.JsonNode;

/**
 * A phase that agents can do in its stead: workers in any language, over HTTP. Which phases they do
 * is a setting of the deployment. Thread safe.
 */
public interface AgentPhaseHandler extends PhaseHandler {
  /**
   * Turns what an agent has answered into the phase's outcome. Called in the transaction that
   * commits it, so it should not take long.
   *
   * @param result what the agent completed its task with
   * @throws PhaseFailedException when it cannot be used, with the reason for the agent; the phase
   *     goes on
   */
  PhaseOutcome accept(Flow flow, JsonNode result) throws PhaseFailedException;
}
