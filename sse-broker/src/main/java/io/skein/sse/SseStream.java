package io.skein.sse;

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
  private final SseSettings settings;
  private final Kind kind;
  private final Viewer viewer;
  private final @Nullable Serving<?> serving;
  private volatile @Nullable Thread thread;
  private volatile @Nullable StreamEnd asked;

  private SseStream(
      SseBroker broker,
      SseSettings settings,
      Kind kind,
      Viewer viewer,
      @Nullable Serving<?> serving) {
    this.broker = broker;
    this.settings = settings;
    this.kind = kind;
    this.viewer = viewer;
    this.serving = serving;
  }

  private enum Kind {
    SERVED,
    FINISHED,
    REFUSED
  }

  static SseStream served(
      SseBroker broker, SseSettings settings, Viewer viewer, Serving<?> serving) {
    return new SseStream(broker, settings, Kind.SERVED, viewer, serving);
  }

  static SseStream finished(SseBroker broker, SseSettings settings) {
    return new SseStream(broker, settings, Kind.FINISHED, Viewer.UNKNOWN, null);
  }

  static SseStream refused(SseBroker broker, SseSettings settings) {
    return new SseStream(broker, settings, Kind.REFUSED, Viewer.UNKNOWN, null);
  }

  /** Whether the client knows the final event already: answer 204, and it will not come again. */
  public boolean finished() {
    return kind == Kind.FINISHED;
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
   * @param out may keep the arrays it is given until the next flush: they never change
   * @return why it ended; a client that left is no failure
   */
  public StreamEnd writeTo(OutputStream out) {
    thread = Thread.currentThread();
    try {
      if (kind == Kind.FINISHED) {
        return StreamEnd.FINISHED;
      }
      if (serving == null || !broker.admit(this, viewer, serving.source().flows())) {
        return sayRetry(out, StreamEnd.REFUSED);
      }
      try {
        return serve(serving, out);
      } finally {
        broker.dismiss(this);
      }
    } catch (IOException e) {
      return StreamEnd.CLIENT_LEFT;
    } finally {
      thread = null;
    }
  }

  private <P extends Comparable<P>> StreamEnd serve(Serving<P> served, OutputStream out)
      throws IOException {
    Source<P> source = served.source();
    try {
      Duration maxAge = broker.jittered(settings.maxAge(), 0.1);
      StreamEnd reason = served.follow(source.join(this), out, maxAge, () -> asked);
      return reason == StreamEnd.FINISHED ? reason : sayRetry(out, reason);
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("stream", source)
          .setCause(e)
          .log("a stream of events failed; its client resumes");
      return sayRetry(out, StreamEnd.FAILED);
    } finally {
      source.leave(this);
    }
  }

  private StreamEnd sayRetry(OutputStream out, StreamEnd reason) throws IOException {
    Duration retry =
        reason == StreamEnd.AGED || reason == StreamEnd.CLOSED
            ? settings.retry()
            : broker.jittered(settings.retry().multipliedBy(2), 0.75);
    out.write(SseFrames.retry(retry));
    out.flush();
    return reason;
  }
}
