package io.skein.events;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where one listener stands in its stream, and whose turn it is to tell it more. Two threads do,
 * never both at once ({@code busy}): the feed's, while what it hears goes on exactly where the
 * listener stands; and a catch-up, which reads until nothing is missing. What the feed hears in the
 * meantime is only noted ({@code behind}), and makes the catch-up read once more. Thread safe.
 */
final class StreamCursor {
  private final Runnable beginCatchUp;
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
   * @param beginCatchUp has the catch-up begun on a thread of its own; it has the turn then
   */
  StreamCursor(@Nullable Epoch epoch, Sequence after, Runnable beginCatchUp) {
    this.epoch = epoch;
    this.delivered = after.value();
    this.beginCatchUp = beginCatchUp;
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

  long delivered() {
    return delivered;
  }

  /** Whether the listener was told that nothing follows. */
  boolean closed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody is to be told any more. */
  void end() {
    ended = true;
  }

  boolean ended() {
    return ended;
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

  /**
   * Takes the turn for events that the feed heard.
   *
   * @return false when the listener does not stand right before them; then the catch-up sees to it
   */
  boolean beginLive(EventId first, long last) {
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

  /** The same for the end of the stream. */
  boolean beginLiveEnd(Position end) {
    lock.lock();
    try {
      if (busy || closed || !end.epoch().equals(epoch) || end.last().value() != delivered) {
        if (!closed) {
          askPostgres = true;
          fallBehind();
        }
        return false;
      }
      busy = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the turn back, or to the catch-up. */
  void endLive(boolean told) {
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
      beginCatchUp.run();
    }
  }

  /** Whether the catch-up is to read once more; if not it has given its turn back. */
  boolean stillBehind() {
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

  /** The catch-up has failed and reads once more. */
  void readAgain() {
    lock.lock();
    try {
      askPostgres = true;
      behind = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the tail is not enough; asks once. */
  boolean takePostgresQuestion() {
    lock.lock();
    try {
      boolean ask = askPostgres || epoch == null || delivered < known;
      askPostgres = false;
      return ask;
    } finally {
      lock.unlock();
    }
  }

  /** PostgreSQL has more than was read of it. */
  void askAgain() {
    lock.lock();
    try {
      askPostgres = true;
    } finally {
      lock.unlock();
    }
  }

  /** What the listener knows is of this epoch. */
  void adopt(Epoch read) {
    lock.lock();
    try {
      epoch = read;
    } finally {
      lock.unlock();
    }
  }

  /** The listener was told of events; by who has the turn. */
  void moveTo(long last) {
    delivered = last;
  }

  /** The listener was told that its history was replaced. */
  void reset(Position position) {
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

  /** The listener was told that nothing follows. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
