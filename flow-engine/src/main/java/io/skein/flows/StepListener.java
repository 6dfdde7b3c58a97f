package io.skein.flows;

import io.skein.postgres.Transaction;

/**
 * Hears of each step of a flow on the worker that makes it. Tests use it to keep a ledger and to
 * stop a process at a chosen point; a platform may use it for audit. Called on the step's thread.
 */
public interface StepListener {
  StepListener NONE = new StepListener() {};

  /** The effect is computed; no transaction is open. */
  default void beforeEffect(Step step) {}

  /** Inside the step's transaction, after the effect and before the task's row is touched. */
  default void inTransaction(Transaction transaction, Step step) {}

  /** The step is committed; nothing of it has been relayed to Redis. */
  default void beforeRelay(Step step) {}

  /**
   * @param unit the piece of the phase, or {@code finish} for its completion
   */
  record Step(FlowId flow, String phase, int run, String unit) {}
}
