package io.skein.api;

import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Ends a stream of events whose client takes nothing for 20 s: it resumes, if it is there. A quiet
 * stream is not ended, since its heartbeat every 15 s is sooner: Jetty counts an asynchronous
 * response without any traffic as idle, whether or not a write waits. Thread safe.
 */
final class SlowReaders extends Handler.Wrapper {
  private static final String STREAM = "/events/stream";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  SlowReaders(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!Request.getPathInContext(request).endsWith(STREAM)) {
      return super.handle(request, response, callback);
    }
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    long usual = endPoint.getIdleTimeout();
    endPoint.setIdleTimeout(LIMIT.toMillis());
    return super.handle(
        request, response, Callback.from(callback, () -> endPoint.setIdleTimeout(usual)));
  }
}
