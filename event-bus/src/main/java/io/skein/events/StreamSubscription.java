package io.skein.events;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener's way through one stream. Whatever arrives from wherever, only the event with the
 * next sequence is delivered.
 *
 * <p>Two threads deliver, never both at once ({@code busy}): the feed's, while what it hears goes
 * on exactly where the listener stands; and a catch-up of its own, which reads the tail in Redis
 * and then PostgreSQL until nothing is missing. What the feed hears in the meantime is only noted
 * ({@code behind}), and makes the catch-up read once more.
 */
final class StreamSubscription implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(StreamSubscription.class);
  private static final int PAGE = 500;

  private final StreamId stream;
  private final EventListener listener;
  private final EventFeed feed;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null is unknown until PostgreSQL was asked first. */
  private @Nullable Epoch epoch;

  private volatile long delivered;
  private long known;
  private boolean askPostgres;
  private boolean behind;
  private boolean busy;
  private boolean closed;
  private volatile boolean ended;

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
    this.epoch = epoch;
    this.delivered = after.value();
    this.listener = listener;
    this.feed = feed;
  }

  StreamId stream() {
    return stream;
  }

  /** Empty until PostgreSQL was asked first. */
  Optional<Epoch> epoch() {
    lock.lock();
    try {
      return Optional.ofNullable(epoch);
    } finally {
      lock.unlock();
    }
  }

  /** The channel is heard again, or for the first time. */
  void progressMissed() {
    if (!ended) {
      Guarded.run(listener::progressMissed)
          .ifPresent(
              failure -> LOG.warn("a listener failed to hear that it missed progress", failure));
    }
  }

  /** Passed on at once: progress has no order. */
  void observed(AgentUpdate update) {
    if (!ended) {
      Guarded.run(() -> listener.progress(update))
          .ifPresent(failure -> LOG.warn("a listener failed to take progress", failure));
    }
  }

  @Override
  public Sequence delivered() {
    return new Sequence(delivered);
  }

  @Override
  public void close() {
    ended = true;
    feed.forget(this);
  }

  /** Something may have happened that only PostgreSQL knows. */
  void askPostgres() {
    lock.lock();
    try {
      askPostgres = true;
      fallBehind();
    } finally {
      lock.unlock();
    }
  }

  /** Events that the feed heard, in order. */
  void heard(List<StoredEvent> events) {
    List<StoredEvent> next = events.stream().filter(event -> event.seq() > delivered).toList();
    if (next.isEmpty() || !beginLive(next.getFirst().id(), next.getLast().seq())) {
      return;
    }
    endLive(tell(() -> deliver(next)));
  }

  /** The feed heard that the stream ends. */
  void heardEnd(Position end) {
    lock.lock();
    try {
      if (busy || closed || !end.epoch().equals(epoch) || end.last().value() != delivered) {
        if (!closed) {
          askPostgres = true;
          fallBehind();
        }
        return;
      }
      busy = true;
    } finally {
      lock.unlock();
    }
    endLive(tell(() -> end(end)));
  }

  /** What PostgreSQL says about the stream; empty when there is none. */
  void compare(Optional<Position> position) {
    lock.lock();
    try {
      if (position.filter(this::isHere).isEmpty()) {
        askPostgres = true;
        fallBehind();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the listener stands where PostgreSQL does. Under the lock. */
  private boolean isHere(Position position) {
    return position.epoch().equals(epoch)
        && position.last().value() == delivered
        && position.closed() == closed;
  }

  /** What the tail in Redis says about the stream. */
  void compare(TailPosition position) {
    lock.lock();
    try {
      known = Math.max(known, position.last().value());
      askPostgres |= position.closed() && !closed; // the tail's marker is no position to end with
      if (delivered < known || askPostgres) {
        fallBehind();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean beginLive(EventId first, long last) {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      if (busy || !first.epoch().equals(epoch) || first.sequence().value() != delivered + 1) {
        known = Math.max(known, last);
        askPostgres |= !first.epoch().equals(epoch);
        fallBehind();
        return false;
      }
      busy = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void endLive(boolean told) {
    lock.lock();
    try {
      busy = false;
      if (!told) {
        askPostgres = true;
      }
      if (!told || behind) {
        fallBehind();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void fallBehind() {
    behind = true;
    if (!busy && !ended) {
      busy = true;
      feed.execute(this::catchUp);
    }
  }

  private void catchUp() {
    while (stillBehind()) {
      if (!tell(this::readOn)) {
        lock.lock();
        try {
          askPostgres = true;
          behind = true;
        } finally {
          lock.unlock();
        }
        feed.pauseAfterFailure();
      }
    }
  }

  private boolean stillBehind() {
    lock.lock();
    try {
      if (behind && !ended) {
        behind = false;
        return true;
      }
      busy = false;
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void readOn() {
    while (!ended) {
      readTail();
      if (!takePostgresQuestion()) {
        return;
      }
      if (readJournal()) {
        return;
      }
    }
  }

  /** Reads what the tail holds without a gap. */
  private void readTail() {
    Epoch of = epoch;
    if (of == null) {
      return;
    }
    List<StoredEvent> events = feed.readTail(stream, new EventId(of, delivered()), PAGE);
    while (!events.isEmpty() && !ended) {
      deliver(events);
      events = feed.readTail(stream, new EventId(of, delivered()), PAGE);
    }
  }

  private boolean takePostgresQuestion() {
    lock.lock();
    try {
      boolean ask = askPostgres || epoch == null || delivered < known;
      askPostgres = false;
      return ask;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the end of what PostgreSQL knows was reached. */
  private boolean readJournal() {
    EventFeed.Page page = feed.read(stream, delivered(), PAGE);
    Optional<Position> read = page.position();
    if (read.isEmpty()) {
      listener.gone();
      return true;
    }
    Position position = read.get();
    if (isBehindMe(position)) {
      feed.lostCommits(position.epoch());
      askAgain();
      return false;
    }
    if (epoch == null && position.last().value() >= delivered) {
      adopt(position.epoch());
    }
    boolean removed = page.events().isEmpty() && position.last().value() > delivered;
    if (!position.epoch().equals(epoch) || position.last().value() < delivered || removed) {
      reset(position);
    } else if (!page.events().isEmpty()) {
      deliver(page.events());
    }
    boolean all = delivered >= position.last().value();
    if (all && position.closed() && delivered == position.last().value()) {
      end(position);
    }
    if (!all) {
      askAgain();
    }
    return all;
  }

  /** What was delivered was committed in this epoch or in an earlier one. */
  private boolean isBehindMe(Position position) {
    Epoch known = epoch;
    if (known == null) {
      return false;
    }
    int order = position.epoch().compareTo(known);
    return order < 0 || (order == 0 && position.last().value() < delivered);
  }

  private void adopt(Epoch read) {
    lock.lock();
    try {
      epoch = read;
    } finally {
      lock.unlock();
    }
  }

  private void askAgain() {
    lock.lock();
    try {
      askPostgres = true;
    } finally {
      lock.unlock();
    }
  }

  private void reset(Position position) {
    listener.reset(position);
    lock.lock();
    try {
      epoch = position.epoch();
      delivered = position.last().value();
      known = 0;
      closed = false;
    } finally {
      lock.unlock();
    }
  }

  private void deliver(List<StoredEvent> events) {
    listener.events(events);
    delivered = events.getLast().seq();
  }

  private void end(Position end) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    listener.closed(end);
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  private boolean tell(Guarded.Call delivery) {
    Optional<Throwable> failure = Guarded.run(delivery);
    if (failure.isPresent() && !ended) {
      LOG.warn("a delivery failed and is repeated", failure.get());
    }
    return failure.isEmpty();
  }
}
