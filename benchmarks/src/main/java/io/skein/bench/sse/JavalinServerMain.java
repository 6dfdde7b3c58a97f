package io.skein.bench.sse;

import io.javalin.Javalin;
import io.javalin.http.sse.SseClient;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.ServerConnector;

/** The rival that Javalin brings along: its {@code SseClient}, used as its documentation says. */
final class JavalinServerMain {
  /** Else ten thousand connections time out. */
  private static final int ACCEPT_QUEUE = 4_096;

  private JavalinServerMain() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Set<SseClient> clients = ConcurrentHashMap.newKeySet();
    AtomicLong ids = new AtomicLong();
    Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.jetty.addConnector((server, http) -> {
                ServerConnector connector = new ServerConnector(server);
                connector.setHost("127.0.0.1");
                connector.setPort(port);
                connector.setAcceptQueueSize(ACCEPT_QUEUE);
                connector.setIdleTimeout(600_000);
                return connector;
              });
              config.routes.sse(
                  "/stream",
                  client -> {
                    client.keepAlive();
                    client.onClose(() -> clients.remove(client));
                    client.sendComment("hello");
                    clients.add(client);
                  });
              config.routes.post(
                  "/publish",
                  context -> {
                    String id = String.valueOf(ids.incrementAndGet());
                    String data = context.body();
                    clients.forEach(client -> client.sendEvent("message", data, id));
                  });
            })
        .start();
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }
}
