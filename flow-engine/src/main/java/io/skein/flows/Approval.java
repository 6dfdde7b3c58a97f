package io.skein.flows;

import tools.jackson.databind.JsonNode;

/** What became of the user's answer to an approval. */
public sealed interface Approval {

  /**
   * The answer is good.
   *
   * @param effect committed with the approval
   * @param event the type of the event that tells of it
   * @param summary replaces the phase's summary
   */
  record Accepted(Effect effect, String event, JsonNode summary) implements Approval {}

  /**
   * The answer is refused and nothing changes.
   *
   * @param reason for the user: what is wrong and what would be right
   */
  record Refused(String reason) implements Approval {}
}
