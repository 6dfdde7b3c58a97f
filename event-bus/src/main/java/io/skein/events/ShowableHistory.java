package io.skein.events;

import io.skein.postgres.FallbackBulkhead;
import io.skein.redis.RedisAwayException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from PostgreSQL what may be shown to clients: before that, Redis was told of the version,
 * so that nobody who has seen an event is answered with an older state. Thread safe.
 */
final class ShowableHistory {
  private static final Logger LOG = LoggerFactory.getLogger(ShowableHistory.class);

  /** So that a thousand streams that fall behind at once leave the fallback to others. */
  private static final int READS_AT_ONCE = 4;

  private final Journal journal;
  private final RedisTail tail;
  private final FallbackBulkhead fallback;
  private final Semaphore reads = new Semaphore(READS_AT_ONCE);

  ShowableHistory(Journal journal, RedisTail tail, FallbackBulkhead fallback) {
    this.journal = journal;
    this.tail = tail;
    this.fallback = fallback;
  }

  /** How far a stream has come; empty when there is none. */
  Optional<Position> position(StreamId stream) {
    Optional<Position> position = journal.position(stream);
    position.ifPresent(found -> raiseVersion(stream, found));
    return position;
  }

  /** A page of one epoch; waits for its turn. */
  EventFeed.Page read(StreamId stream, Sequence after, int limit) {
    reads.acquireUninterruptibly();
    try {
      return fallback.callInTurn(() -> readOfOneEpoch(stream, after, limit));
    } finally {
      reads.release();
    }
  }

  private EventFeed.Page readOfOneEpoch(StreamId stream, Sequence after, int limit) {
    EventFeed.Page page = readOnce(stream, after, limit);
    while (isOfTwoEpochs(page)) {
      page = readOnce(stream, after, limit);
    }
    return page;
  }

  private EventFeed.Page readOnce(StreamId stream, Sequence after, int limit) {
    Optional<Position> position = position(stream);
    boolean more = position.isPresent() && position.get().last().compareTo(after) > 0;
    List<StoredEvent> events = more ? journal.read(stream, after, limit) : List.of();
    // What was appended since the position may be shown only after its own version was raised.
    return new EventFeed.Page(
        position,
        events.stream()
            .filter(event -> event.sequence().compareTo(position.get().last()) <= 0)
            .toList());
  }

  /** The epoch was renewed between the two statements: what was read belongs to no history. */
  private static boolean isOfTwoEpochs(EventFeed.Page page) {
    return page.position()
        .filter(
            at -> page.events().stream().anyMatch(event -> !event.id().epoch().equals(at.epoch())))
        .isPresent();
  }

  private void raiseVersion(StreamId stream, Position position) {
    if (tail.reachable()) {
      try {
        tail.raiseVersions(Map.of(stream, position));
      } catch (RedisAwayException e) {
        LOG.debug("a version could not be raised", e);
      }
    }
  }
}
