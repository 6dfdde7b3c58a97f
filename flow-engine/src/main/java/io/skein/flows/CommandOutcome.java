package io.skein.flows;

/** What became of a user's command. Refusals are values: nothing was changed by them. */
public sealed interface CommandOutcome {

  /**
   * The command was carried out, now or by an earlier request with the same idempotency key.
   *
   * @param flow JSON of the flow as the command left it
   * @param version of that state
   * @param epoch of the stream
   */
  record Done(String flow, long version, long epoch) implements CommandOutcome {}

  /** There is no such flow for this caller. */
  record NotFound() implements CommandOutcome {}

  /**
   * The flow has moved on since the version the caller named.
   *
   * @param version the current one
   * @param epoch of the stream
   */
  record Stale(long version, long epoch) implements CommandOutcome {}

  /**
   * Another command holds the flow.
   *
   * @param holder which
   */
  record Busy(String holder) implements CommandOutcome {}

  /** The flow's status does not allow the command; the reason says what would. */
  record Refused(String reason) implements CommandOutcome {}

  /** The body of the command is wrong; the reason says what would be right. */
  record Invalid(String reason) implements CommandOutcome {}

  /** The idempotency key was used for another request. */
  record KeyReused() implements CommandOutcome {}
}
