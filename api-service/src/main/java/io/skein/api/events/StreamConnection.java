package io.skein.api.events;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * A connection that carries the rest of one stream and nothing else: it takes over from HTTP when
 * the head of the response is written, as a web socket does. Request, response, parser and all that
 * Jetty, the servlets and Javalin hold for them are let go, some 9 KB for each stream. Thread safe.
 */
final class StreamConnection extends AbstractConnection implements Connection.UpgradeTo {
  private final Duration writeLimit;
  private final Consumer<OutputStream> body;

  private StreamConnection(
      EndPoint endPoint, Request request, Duration writeLimit, Consumer<OutputStream> body) {
    super(endPoint, request.getComponents().getExecutor());
    this.writeLimit = writeLimit;
    this.body = body;
  }

  /**
   * Writes the head of the response.
   *
   * @param writeLimit a client that takes nothing of a write for so long is left
   * @param body writes the rest on a thread of its own, once the request's handler has returned;
   *     never, when the client has left by then
   */
  static void takeOver(
      HttpServletRequest from,
      HttpServletResponse response,
      Duration writeLimit,
      Consumer<OutputStream> body)
      throws IOException {
    Request request = Request.unWrap(ServletContextRequest.getServletContextRequest(from));
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    // So the body has no length and no chunks: it ends with the connection, also for HTTP/1.0.
    response.setHeader("Connection", "close");
    request.addHttpStreamWrapper(Unended::new);
    response.flushBuffer();
    request.setAttribute(
        HttpStream.UPGRADE_CONNECTION_ATTRIBUTE,
        new StreamConnection(endPoint, request, writeLimit, body));
  }

  /** What is left of the response for Jetty to write, its end, is for the stream to write. */
  private static final class Unended extends HttpStream.Wrapper {
    Unended(HttpStream wrapped) {
      super(wrapped);
    }

    @Override
    public void send(
        MetaData.Request request,
        MetaData.Response response,
        boolean last,
        ByteBuffer content,
        Callback callback) {
      if (last && response == null) {
        callback.succeeded();
      } else {
        super.send(request, response, last, content, callback);
      }
    }
  }

  @Override
  public void onOpen() {
    super.onOpen();
    getEndPoint().setIdleTimeout(writeLimit.toMillis());
    Thread.ofVirtual().name("skein-stream").start(this::write);
  }

  private void write() {
    try {
      body.accept(new BodyOutput(getEndPoint()));
    } finally {
      close();
    }
  }

  /** The limit is for writes that wait; silence is no reason to close. */
  @Override
  public boolean onIdleExpired(TimeoutException timeout) {
    return getEndPoint() instanceof AbstractEndPoint waiting
        && waiting.getWriteFlusher().isPending();
  }

  /** Whatever the client sent after its request is not read. */
  @Override
  public void onUpgradeTo(ByteBuffer sent) {}

  @Override
  public void onFillable() {}
}
