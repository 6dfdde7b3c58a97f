package io.skein.events;

/**
 * How far a stream has come, from one statement.
 *
 * @param epoch of the database
 * @param last sequence of its last event
 * @param stateVersion version of the flow's state
 * @param closed whether nothing will follow
 */
public record Position(Epoch epoch, Sequence last, long stateVersion, boolean closed) {

  /** The id of the last event. */
  public EventId lastId() {
    return new EventId(epoch, last);
  }
}
