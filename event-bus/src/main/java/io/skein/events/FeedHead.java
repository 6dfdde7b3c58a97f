package io.skein.events;

/**
 * What a tenant's feed holds, from one statement.
 *
 * @param epoch of the database
 * @param top place of its last event
 * @param floor the last place that retention has removed: after it nothing is missing
 */
public record FeedHead(Epoch epoch, FeedPosition top, FeedPosition floor) {

  /** Whether a reader that knows everything up to a place can go on from it without a loss. */
  public boolean continues(FeedPosition after) {
    return after.compareTo(floor) >= 0 && after.compareTo(top) <= 0;
  }
}
