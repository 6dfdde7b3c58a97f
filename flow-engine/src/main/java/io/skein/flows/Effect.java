package io.skein.flows;

import io.skein.postgres.Transaction;

/** What a step writes, inside the step's transaction and under the flow's row lock. */
@FunctionalInterface
public interface Effect {
  /** Writes nothing. */
  Effect NOTHING = transaction -> {};

  void apply(Transaction transaction);
}
