package io.skein.api;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.router.Endpoint;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Javalin on Jetty with few platform threads to accept and select, and a virtual thread for each
 * request, so that ten thousand streams of events cost no ten thousand stacks. Thread safe.
 */
final class HttpServer implements AutoCloseable {
  private static final int PLATFORM_THREADS = 16;
  private static final int ACCEPT_QUEUE = 4_096;
  private static final long IDLE_MILLIS = 60_000;

  /** The address of a stream of 200 flows has 9 kB. */
  private static final int REQUEST_HEAD_BYTES = 32 * 1024;

  /**
   * What the kernel keeps for a client that does not read; Linux takes twice as much. Left to
   * itself it takes up to 4 MB, and a thousand slow readers of a busy flow would take all the
   * memory there is.
   */
  private static final int SEND_BUFFER = 64 << 10;

  private static final int MAX_JSON_BODY = 1 << 20;

  private final Javalin javalin;
  private @Nullable ServerConnector connector;

  private HttpServer(String host, int port, ServerErrors errors, Consumer<JavalinConfig> routes) {
    this.javalin =
        Javalin.create(config -> {
          QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS, 4);
          threads.setName("skein-http");
          threads.setVirtualThreadsExecutor(
              VirtualThreads.getNamedVirtualThreadsExecutor("skein-request-"));
          config.jetty.threadPool = threads;
          config.jetty.addConnector((server, http) -> connect(server, http, host, port));
          config.jetty.modifyServer(server -> {
            server.setErrorHandler(errors);
            server.setHandler(new LingeringClose());
          });
          config.http.maxRequestSize = MAX_JSON_BODY;
          config.http.compressionStrategy = CompressionStrategy.NONE;
          config.http.prefer405over404 = true;
          config.startup.showJavalinBanner = false;
          config.startup.showOldJavalinVersionWarning = false;
          routes.accept(config);
        });
  }

  /**
   * Starts to listen.
   *
   * @param port 0 lets the system choose
   */
  static HttpServer start(
      String host, int port, ServerErrors errors, Consumer<JavalinConfig> routes) {
    HttpServer server = new HttpServer(host, port, errors, routes);
    server.javalin.start();
    return server;
  }

  int port() {
    return Objects.requireNonNull(connector, "not started").getLocalPort();
  }

  /** Everything the router answers, in the order of adding. */
  List<Endpoint> endpoints() {
    return javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .toList();
  }

  @Override
  public void close() {
    javalin.stop();
  }

  private ServerConnector connect(Server server, HttpConfiguration http, String host, int port) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(REQUEST_HEAD_BYTES);
    http.setSendDateHeader(false);
    ServerConnector listening = new ServerConnector(server, 1, 2, new HttpConnectionFactory(http));
    listening.setHost(host);
    listening.setPort(port);
    listening.setAcceptQueueSize(ACCEPT_QUEUE);
    listening.setIdleTimeout(IDLE_MILLIS);
    listening.setAcceptedSendBufferSize(SEND_BUFFER);
    connector = listening;
    return listening;
  }
}
