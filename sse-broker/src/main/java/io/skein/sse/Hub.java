package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.EventFeed;
import io.skein.events.EventListener;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import io.skein.events.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all local watchers of one flow share: its latest events, encoded once. The ring holds the
 * sequences {@code first} to {@code top} without a gap; what falls out of it is in the journal.
 * Thread safe.
 */
final class Hub implements EventListener {
  private static final int BYTES_PER_WRITE = 256 * 1024;

  private static final byte[] NOTHING = {};

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<SseStream> watchers = ConcurrentHashMap.newKeySet();
  private final Map<String, Progress> progress = new HashMap<>();
  private final AtomicBoolean progressLoaded = new AtomicBoolean();
  private final byte[][] ring;
  private final int maxBytes;
  private Epoch epoch;
  private long first;
  private long top;
  private long bytes;
  private long progressCount;
  private @Nullable Position end;
  private @Nullable Subscription subscription;

  Hub(Position position, SseSettings settings) {
    this.ring = new byte[settings.ringEvents()][0];
    this.maxBytes = settings.ringBytes();
    this.epoch = position.epoch();
    this.top = position.last().value();
    this.first = top + 1;
  }

  /** An agent's latest frame, and the how manyeth update of this hub it was. */
  private record Progress(long number, byte[] frame) {}

  /**
   * What a watcher shall write next.
   *
   * @param frames in order; may be empty
   * @param cursor the sequence that is reached with them
   * @param progressSeen the number of updates that is reached with them
   * @param inJournal whether the next events are no longer here
   * @param top the last sequence that this hub has heard of
   * @param end set when nothing follows after the frames
   */
  record Next(
      Epoch epoch,
      List<byte[]> frames,
      long cursor,
      long progressSeen,
      boolean inJournal,
      long top,
      @Nullable Position end) {}

  void start(EventFeed feed, StreamId stream) {
    subscription = feed.subscribe(stream, new Sequence(top), this);
  }

  void close() {
    Subscription running = subscription;
    if (running != null) {
      running.close();
    }
  }

  void add(SseStream watcher) {
    watchers.add(watcher);
  }

  /** Answers whether it was the last one. */
  boolean remove(SseStream watcher) {
    watchers.remove(watcher);
    return watchers.isEmpty();
  }

  /** Takes over what agents said before this hub listened; the first caller pays. */
  void loadProgress(Supplier<List<AgentUpdate>> snapshot) {
    if (progressLoaded.compareAndSet(false, true)) {
      for (AgentUpdate update : snapshot.get()) {
        observe(update, false);
      }
      wakeWatchers();
    }
  }

  Next next(long cursor, long progressSeen) {
    lock.lock();
    try {
      List<byte[]> frames = new ArrayList<>();
      boolean inJournal = cursor < first - 1;
      long reached = cursor;
      long size = 0;
      while (!inJournal && reached < top && size < BYTES_PER_WRITE) {
        reached++;
        byte[] frame = ring[slot(reached)];
        frames.add(frame);
        size += frame.length;
      }
      if (progressSeen < progressCount) {
        progress.values().stream()
            .filter(update -> update.number() > progressSeen)
            .forEach(update -> frames.add(update.frame()));
      }
      boolean atEnd = end != null && reached >= end.last().value();
      return new Next(epoch, frames, reached, progressCount, inJournal, top, atEnd ? end : null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void events(List<StoredEvent> events) {
    List<byte[]> frames = events.stream().map(SseFrames::event).toList();
    lock.lock();
    try {
      for (byte[] frame : frames) {
        push(frame);
      }
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  /** Under the lock. */
  private void push(byte[] frame) {
    if (top - first + 1 == ring.length) {
      dropFirst();
    }
    top++;
    ring[slot(top)] = frame;
    bytes += frame.length;
    while (bytes > maxBytes && first < top) {
      dropFirst();
    }
  }

  private void dropFirst() {
    bytes -= ring[slot(first)].length;
    ring[slot(first)] = NOTHING;
    first++;
  }

  private int slot(long seq) {
    return (int) (seq % ring.length);
  }

  @Override
  public void closed(Position position) {
    lock.lock();
    try {
      end = position;
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  /** Each watcher sees the other epoch and resets its client. */
  @Override
  public void reset(Position position) {
    lock.lock();
    try {
      while (first <= top) {
        dropFirst();
      }
      epoch = position.epoch();
      top = position.last().value();
      first = top + 1;
      end = null;
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  @Override
  public void progress(AgentUpdate update) {
    observe(update, true);
    wakeWatchers();
  }

  private void observe(AgentUpdate update, boolean latest) {
    byte[] frame = SseFrames.progress(update);
    lock.lock();
    try {
      if (latest || !progress.containsKey(update.agent())) {
        progressCount++;
        progress.put(update.agent(), new Progress(progressCount, frame));
      }
    } finally {
      lock.unlock();
    }
  }

  private void wakeWatchers() {
    for (SseStream watcher : watchers) {
      watcher.wake();
    }
  }
}
