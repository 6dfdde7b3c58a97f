package io.skein.sse;

import io.skein.events.Epoch;
import io.skein.sse.Source.Present;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of one served stream: a cursor that is moved by writing, heartbeats in between. Belongs
 * to the thread that writes.
 */
final class Serving<P extends Comparable<P>> {
  private final Source<P> source;
  private final Begin<P> begin;
  private final Wanted wanted;
  private final SseSettings settings;
  private final Aside aside;
  private final LongAdder delivered;
  private Epoch epoch;
  private P cursor;
  private long progressSeen;
  private long writtenAt;
  private long endsAt;

  Serving(
      Source<P> source,
      Begin<P> begin,
      Wanted wanted,
      SseSettings settings,
      Aside aside,
      LongAdder delivered) {
    this.source = source;
    this.begin = begin;
    this.wanted = wanted;
    this.settings = settings;
    this.aside = aside;
    this.delivered = delivered;
    this.epoch = begin.present().epoch();
    this.cursor = begin.from();
  }

  /**
   * How it begins.
   *
   * @param present when the client came
   * @param from the last place that the client knows
   * @param lost whether what the client knew means nothing here, so that it needs the state
   */
  record Begin<P>(Present<P> present, P from, boolean lost) {}

  Source<P> source() {
    return source;
  }

  /**
   * Writes until there is a reason to end.
   *
   * @param maxAge after which it ends as {@link StreamEnd#AGED}
   * @param asked answers why it shall end, or null
   */
  StreamEnd follow(
      Hub<P> hub, OutputStream out, Duration maxAge, Supplier<@Nullable StreamEnd> asked)
      throws IOException {
    endsAt = System.nanoTime() + maxAge.toNanos();
    out.write(source.hello(begin.present(), begin.from(), begin.lost()));
    if (begin.lost()) {
      reset(begin.present(), out);
    }
    flush(out);
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        return StreamEnd.CLOSED;
      }
      StreamEnd reason = asked.get();
      if (reason == null && System.nanoTime() - endsAt >= 0) {
        reason = StreamEnd.AGED;
      }
      if (reason != null) {
        return reason;
      }
      if (step(hub, out)) {
        return StreamEnd.FINISHED;
      }
    }
  }

  /** One write of everything that is due, or one wait; answers whether the end was written. */
  private boolean step(Hub<P> hub, OutputStream out) throws IOException {
    hub.loadProgress(source::progress);
    Hub.Next<P> next = hub.next(cursor, progressSeen, wanted);
    int order = next.epoch().compareTo(epoch);
    if (order != 0) {
      if (order > 0) {
        reset(source.present(), out);
        flush(out);
      } else {
        await(out); // PostgreSQL has told this client already, the hub learns it next
      }
      return false;
    }
    write(next.frames(), out);
    cursor = next.cursor();
    progressSeen = next.progressSeen();
    if (next.inJournal()) {
      writePage(next.top(), out);
      flush(out);
      return false;
    }
    byte[] end = next.end();
    if (end != null) {
      out.write(end);
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

  /** What the ring has no longer; the state, when the journal has it no longer either. */
  private void writePage(P upTo, OutputStream out) throws IOException {
    Epoch of = epoch;
    P after = cursor;
    Portion<P> page = aside.call(() -> source.page(of, after, upTo, wanted));
    if (page.reached().compareTo(cursor) > 0) {
      write(page.frames(epoch), out);
      cursor = page.reached();
    } else {
      reset(source.present(), out);
    }
  }

  private void reset(Present<P> present, OutputStream out) throws IOException {
    out.write(
        aside.call(() -> source.reset(present))); // read after the position, so not older than it
    epoch = present.epoch();
    cursor = present.top();
  }

  private void await(OutputStream out) throws IOException {
    long now = System.nanoTime();
    long untilHeartbeat = writtenAt + settings.heartbeat().toNanos() - now;
    if (untilHeartbeat > 0) {
      LockSupport.parkNanos(this, Math.min(untilHeartbeat, endsAt - now)); // not at all when aged
    } else {
      out.write(SseFrames.HEARTBEAT);
      flush(out);
    }
  }

  private void write(List<byte[]> frames, OutputStream out) throws IOException {
    for (byte[] frame : frames) {
      out.write(frame);
    }
    delivered.add(frames.size());
  }

  private void flush(OutputStream out) throws IOException {
    out.flush();
    writtenAt = System.nanoTime();
  }
}
