package io.skein.sse;

import io.skein.events.Epoch;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream: a cursor and the caller's thread, nothing is queued for it. A slow client
 * only lags behind; it holds up nobody. {@link #writeTo} is called once; {@link #close} by anyone.
 */
public final class SseStream {
  private static final Logger LOG = LoggerFactory.getLogger(SseStream.class);

  private final SseBroker broker;
  private final StreamId stream;
  private final SseSettings settings;
  private final Start start;
  private volatile @Nullable Thread thread;
  private volatile @Nullable StreamEnd asked;
  private Epoch epoch;
  private long cursor;
  private long progressSeen;
  private long writtenAt;

  SseStream(SseBroker broker, StreamId stream, Start start, SseSettings settings) {
    this.broker = broker;
    this.stream = stream;
    this.settings = settings;
    this.start = start;
    this.epoch = start.position().epoch();
    this.cursor = start.from().value();
  }

  /**
   * How it begins.
   *
   * @param position of the stream by PostgreSQL, at the moment the client came
   * @param from the last event that the client knows
   * @param lost whether what the client knew means nothing here, so that it needs the state
   */
  record Start(Kind kind, Position position, Sequence from, boolean lost) {
    enum Kind {
      SERVED,
      FINISHED,
      REFUSED
    }
  }

  /** Whether the client knows the final event already: answer 204, and it will not come again. */
  public boolean finished() {
    return start.kind() == Start.Kind.FINISHED;
  }

  /** Ends the stream soon, from any thread: the credential ran out, for example. */
  public void close() {
    end(StreamEnd.CLOSED);
  }

  void end(StreamEnd reason) {
    if (asked == null) {
      asked = reason;
    }
    wake();
  }

  void wake() {
    Thread waiting = thread;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /**
   * Writes until the stream ends. Interrupting the thread ends it too.
   *
   * @return why it ended; a client that left is no failure
   */
  public StreamEnd writeTo(OutputStream out) {
    thread = Thread.currentThread();
    try {
      return switch (start.kind()) {
        case FINISHED -> StreamEnd.FINISHED;
        case REFUSED -> sayRetry(out, StreamEnd.REFUSED);
        case SERVED -> serve(out);
      };
    } catch (IOException e) {
      return StreamEnd.CLIENT_LEFT;
    } finally {
      thread = null;
    }
  }

  private StreamEnd serve(OutputStream out) throws IOException {
    Hub hub = broker.join(this, stream, start.position());
    try {
      return follow(hub, out);
    } catch (RuntimeException e) {
      LOG.warn("a stream of events failed; its client resumes stream={}", stream, e);
      return sayRetry(out, StreamEnd.FAILED);
    } finally {
      broker.leave(this, stream);
    }
  }

  private StreamEnd follow(Hub hub, OutputStream out) throws IOException {
    long endsAt = System.nanoTime() + broker.jittered(settings.maxAge(), 0.1).toNanos();
    out.write(SseFrames.hello(settings.retry(), start.from(), start.position(), start.lost()));
    if (start.lost()) {
      reset(start.position(), out);
    }
    flush(out);
    hub.loadProgress(() -> broker.progressOf(stream));
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        return StreamEnd.CLOSED;
      }
      StreamEnd reason = asked;
      if (reason == null && System.nanoTime() - endsAt >= 0) {
        reason = StreamEnd.AGED;
      }
      if (reason != null) {
        return sayRetry(out, reason);
      }
      if (step(hub, out)) {
        return StreamEnd.FINISHED;
      }
    }
  }

  /** One write of everything that is due, or one wait; answers whether the end was written. */
  private boolean step(Hub hub, OutputStream out) throws IOException {
    Hub.Next next = hub.next(cursor, progressSeen);
    int order = next.epoch().compareTo(epoch);
    if (order != 0) {
      if (order > 0) {
        reset(broker.position(stream), out);
        flush(out);
      } else {
        await(out); // PostgreSQL has told this client already, the hub learns it next
      }
      return false;
    }
    for (byte[] frame : next.frames()) {
      out.write(frame);
    }
    cursor = next.cursor();
    progressSeen = next.progressSeen();
    if (next.inJournal()) {
      if (!writePage(next.top(), out)) {
        reset(broker.position(stream), out);
      }
      flush(out);
      return false;
    }
    Position end = next.end();
    if (end != null) {
      out.write(SseFrames.end(end));
      flush(out);
      return true;
    }
    if (!next.frames().isEmpty()) {
      flush(out);
    } else {
      await(out);
    }
    return false;
  }

  /** Answers whether the journal still had what the ring has no longer. */
  private boolean writePage(long upTo, OutputStream out) throws IOException {
    long before = cursor;
    for (StoredEvent event : broker.page(stream, new Sequence(cursor), settings.pageEvents())) {
      // What the hub has not heard of may be newer than the state that Redis would answer with.
      if (!event.id().epoch().equals(epoch) || event.sequence().value() > upTo) {
        break;
      }
      out.write(SseFrames.event(event));
      cursor = event.sequence().value();
    }
    return cursor > before;
  }

  private void reset(Position position, OutputStream out) throws IOException {
    Snapshot snapshot = broker.snapshot(stream); // after the position, so not older than it
    out.write(SseFrames.reset(position, snapshot));
    epoch = position.epoch();
    cursor = position.last().value();
  }

  private void await(OutputStream out) throws IOException {
    long silent = System.nanoTime() - writtenAt;
    long wait = settings.heartbeat().toNanos() - silent;
    if (wait > 0) {
      LockSupport.parkNanos(this, wait);
    } else {
      out.write(SseFrames.HEARTBEAT);
      flush(out);
    }
  }

  private StreamEnd sayRetry(OutputStream out, StreamEnd reason) throws IOException {
    Duration retry =
        reason == StreamEnd.AGED || reason == StreamEnd.CLOSED
            ? settings.retry()
            : broker.jittered(settings.retry().multipliedBy(2), 0.75);
    out.write(SseFrames.retry(retry));
    flush(out);
    return reason;
  }

  private void flush(OutputStream out) throws IOException {
    out.flush();
    writtenAt = System.nanoTime();
  }
}
