package io.skein.flows;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The work of one phase. The engine calls it on a worker, as often as crashes make necessary, and
 * commits what it answers once: a handler computes outside a transaction and hands its effect back.
 * One object serves all flows, so it keeps no state. Thread safe.
 */
public interface PhaseHandler {

  /** The phase in the kind's definition. */
  String phase();

  /**
   * Pieces that can be worked on side by side by all workers; none for a phase that is one piece.
   * Called once per phase; the answer is kept.
   *
   * @throws PhaseFailedException when the phase cannot succeed, with the reason for the user
   */
  default List<PhaseBatch> plan(PhaseRun run) throws Exception {
    return List.of();
  }

  /** Computes one planned batch and answers its effect. */
  default Effect batch(PhaseRun run, PhaseBatch batch) throws Exception {
    throw new IllegalStateException("phase " + phase() + " plans no batches");
  }

  /**
   * Computes the phase, or what remains when all its batches are done.
   *
   * @throws PhaseFailedException when the phase cannot succeed, with the reason for the user
   */
  PhaseOutcome finish(PhaseRun run) throws Exception;

  /**
   * Removes what the phase wrote, of all its runs and however far they came, because it is to be
   * done again. Applied under the flow's lock, after that of the phases before it; it computes
   * nothing and ends within seconds. The default is for a phase that leaves no rows of its own, or
   * writes over those of an earlier run.
   */
  default Effect undo(FlowId flow) {
    return Effect.NOTHING;
  }

  /**
   * Turns the user's answer into an effect, for a phase whose outcome asked for approval.
   *
   * @param flow the flow while it waits
   * @param answer the body of the approval; an empty object accepts what was proposed
   */
  default Approval approve(Flow flow, JsonNode answer) {
    throw new IllegalStateException("phase " + phase() + " asks for no approval");
  }
}
