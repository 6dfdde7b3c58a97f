package io.skein.events;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener's way through one stream. Whatever arrives from wherever, only the event with the
 * next sequence is delivered: as the feed hears it, or by a catch-up, which reads the tail in Redis
 * and then PostgreSQL until nothing is missing. Thread safe.
 */
final class StreamSubscription implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(StreamSubscription.class);
  private static final int PAGE = 500;

  private final StreamId stream;
  private final EventListener listener;
  private final EventFeed feed;
  private final StreamCursor cursor;

  /**
   * @param epoch of what the listener knows; null when that is the present one, whichever it is
   */
  StreamSubscription(
      StreamId stream,
      @Nullable Epoch epoch,
      Sequence after,
      EventListener listener,
      EventFeed feed) {
    this.stream = stream;
    this.listener = listener;
    this.feed = feed;
    this.cursor = new StreamCursor(epoch, after, () -> feed.execute(this::catchUp));
  }

  StreamId stream() {
    return stream;
  }

  /** Empty until PostgreSQL was asked first. */
  Optional<Epoch> epoch() {
    return cursor.epoch();
  }

  @Override
  public Sequence delivered() {
    return new Sequence(cursor.delivered());
  }

  @Override
  public void close() {
    cursor.end();
    feed.forget(this);
  }

  /** The channel is heard again, or for the first time. */
  void progressMissed() {
    if (!cursor.ended()) {
      Guarded.run(listener::progressMissed)
          .ifPresent(
              failure -> LOG.warn("a listener failed to hear that it missed progress", failure));
    }
  }

  /** Passed on at once: progress has no order. */
  void observed(AgentUpdate update) {
    if (!cursor.ended()) {
      Guarded.run(() -> listener.progress(update))
          .ifPresent(failure -> LOG.warn("a listener failed to take progress", failure));
    }
  }

  /** Something may have happened that only PostgreSQL knows. */
  void askPostgres() {
    cursor.askPostgres();
  }

  /** What PostgreSQL says about the stream; empty when there is none. */
  void compare(Optional<Position> position) {
    cursor.compare(position);
  }

  /** What the tail in Redis says about the stream. */
  void compare(TailPosition position) {
    cursor.compare(position);
  }

  /** Events that the feed heard, in order. */
  void heard(List<StoredEvent> events) {
    long delivered = cursor.delivered();
    List<StoredEvent> next = events.stream().filter(event -> event.seq() > delivered).toList();
    if (!next.isEmpty() && cursor.beginLive(next.getFirst().id(), next.getLast().seq())) {
      cursor.endLive(tell(() -> deliver(next)));
    }
  }

  /** The feed heard that the stream ends. */
  void heardEnd(Position end) {
    if (cursor.beginLiveEnd(end)) {
      cursor.endLive(tell(() -> end(end)));
    }
  }

  private void catchUp() {
    while (cursor.stillBehind()) {
      if (!tell(this::readOn)) {
        cursor.readAgain();
        feed.pauseAfterFailure();
      }
    }
  }

  private void readOn() {
    while (!cursor.ended()) {
      readTail();
      if (!cursor.takePostgresQuestion() || readJournal()) {
        return;
      }
    }
  }

  /** Reads what the tail holds without a gap. */
  private void readTail() {
    Optional<Epoch> of = epoch();
    if (of.isEmpty()) {
      return;
    }
    List<StoredEvent> events = feed.readTail(stream, new EventId(of.get(), delivered()), PAGE);
    while (!events.isEmpty() && !cursor.ended()) {
      deliver(events);
      events = feed.readTail(stream, new EventId(of.get(), delivered()), PAGE);
    }
  }

  /** Whether the end of what PostgreSQL knows was reached. */
  private boolean readJournal() {
    EventFeed.Page page = feed.read(stream, delivered(), PAGE);
    if (page.position().isEmpty()) {
      listener.gone();
      return true;
    }
    Position position = page.position().get();
    if (isBehindMe(position)) {
      feed.lostCommits(position.epoch());
      cursor.askAgain();
      return false;
    }
    take(position, page.events());
    long last = position.last().value();
    boolean all = cursor.delivered() >= last;
    if (all && position.closed() && cursor.delivered() == last) {
      end(position);
    }
    if (!all) {
      cursor.askAgain();
    }
    return all;
  }

  /** What was delivered was committed in this epoch or in an earlier one. */
  private boolean isBehindMe(Position position) {
    Optional<Epoch> known = epoch();
    if (known.isEmpty()) {
      return false;
    }
    int order = position.epoch().compareTo(known.get());
    return order < 0 || (order == 0 && position.last().value() < cursor.delivered());
  }

  private void take(Position position, List<StoredEvent> events) {
    long last = position.last().value();
    if (epoch().isEmpty() && last >= cursor.delivered()) {
      cursor.adopt(position.epoch());
    }
    boolean sameEpoch = epoch().filter(position.epoch()::equals).isPresent();
    boolean removed = events.isEmpty() && last > cursor.delivered();
    if (!sameEpoch || last < cursor.delivered() || removed) {
      listener.reset(position);
      cursor.reset(position);
    } else if (!events.isEmpty()) {
      deliver(events);
    }
  }

  private void deliver(List<StoredEvent> events) {
    listener.events(events);
    cursor.moveTo(events.getLast().seq());
  }

  private void end(Position end) {
    if (!cursor.closed()) {
      listener.closed(end);
      cursor.close();
    }
  }

  private boolean tell(Guarded.Call delivery) {
    Optional<Throwable> failure = Guarded.run(delivery);
    if (failure.isPresent() && !cursor.ended()) {
      LOG.warn("a delivery failed and is repeated", failure.get());
    }
    return failure.isEmpty();
  }
}
