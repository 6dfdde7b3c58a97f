package io.skein.api;

import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * After an answer to a request whose body nobody read to its end, such as a 413, goes on to read
 * and drop the body for a while. A connection closed with bytes unread is reset by the kernel, and
 * the reset destroys the answer on its way to a client that still sends (RFC 9112, section 9.6).
 * Thread safe.
 */
final class LingeringClose extends Handler.Wrapper {
  /** A client that sends nothing for so long waits for the answer, or has it. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** As many as Jetty makes by default. */
  private static final int MOST_READS = 16;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(
        new Unpoisoned(request, response),
        response,
        Callback.from(() -> new Drain(request, callback).run(), callback::failed));
  }

  /**
   * A request whose body can still be read after Jetty asked, before the answer, for what has come
   * of it. Jetty's own answer to that question makes every later read fail.
   */
  private static final class Unpoisoned extends Request.Wrapper {
    private final Response response;

    Unpoisoned(Request request, Response response) {
      super(request);
      this.response = response;
    }

    @Override
    public boolean consumeAvailable() {
      for (int reads = 0; reads < MOST_READS; reads++) {
        Content.Chunk chunk = read();
        if (chunk == null) {
          break;
        }
        chunk.release();
        if (chunk.isLast()) {
          return !Content.Chunk.isFailure(chunk);
        }
      }
      if (!response.isCommitted()) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
      }
      return false;
    }
  }

  /** One body that is dropped; run again by Jetty whenever more of it came, by one thread. */
  private static final class Drain implements Runnable {
    private final Request request;
    private final Callback callback;
    private final EndPoint endPoint;
    private final long idleTimeout;
    private final long begin = System.nanoTime();

    Drain(Request request, Callback callback) {
      this.request = request;
      this.callback = callback;
      this.endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
      this.idleTimeout = endPoint.getIdleTimeout();
    }

    @Override
    public void run() {
      while (System.nanoTime() - begin < LONGEST.toNanos()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          endPoint.setIdleTimeout(SILENCE.toMillis());
          request.demand(this);
          return;
        }
        chunk.release();
        if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
          break;
        }
      }
      endPoint.setIdleTimeout(idleTimeout);
      callback.succeeded();
    }
  }
}
