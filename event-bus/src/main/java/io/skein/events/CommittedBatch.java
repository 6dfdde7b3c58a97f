package io.skein.events;

import java.util.ArrayList;
import java.util.List;

/**
 * What one append or close of a transaction left to be told.
 *
 * @param position of the stream right after it
 * @param events contiguous, ending at the position; empty for a close
 */
record CommittedBatch(StreamId stream, Position position, List<StoredEvent> events) {

  /** Sequence of its first event, or of the one that would follow when it has none. */
  long first() {
    return position.last().value() - events.size() + 1;
  }

  /** Whether the other one goes on exactly where this one ends. */
  boolean isFollowedBy(CommittedBatch other) {
    return other.first() == position.last().value() + 1
        && other.position.epoch().equals(position.epoch());
  }

  CommittedBatch and(CommittedBatch other) {
    List<StoredEvent> both = new ArrayList<>(events);
    both.addAll(other.events);
    return new CommittedBatch(stream, other.position, both);
  }

  /** The same in parts of at most so many events; only the last part can close the stream. */
  List<CommittedBatch> inPartsOf(int size) {
    if (events.size() <= size) {
      return List.of(this);
    }
    List<CommittedBatch> parts = new ArrayList<>();
    for (int from = 0; from < events.size(); from += size) {
      List<StoredEvent> part = events.subList(from, Math.min(from + size, events.size()));
      parts.add(ofPage(stream, position, part));
    }
    return parts;
  }

  /**
   * Events read from PostgreSQL as a batch.
   *
   * @param position of the stream, read before the events
   */
  static CommittedBatch ofPage(StreamId stream, Position position, List<StoredEvent> page) {
    if (page.isEmpty()) {
      return new CommittedBatch(stream, position, page);
    }
    StoredEvent last = page.getLast();
    boolean ends = position.closed() && last.sequence().equals(position.last());
    return new CommittedBatch(
        stream, new Position(last.id().epoch(), last.sequence(), last.stateVersion(), ends), page);
  }
}
