package io.skein.local.streams;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Clients with little room of their own that read one byte a second of a flow's stream. */
final class SlowClients implements AutoCloseable {
  private static final int ROOM = 4_096;

  private final List<Socket> sockets = new ArrayList<>();

  /** Every other one begins with the first event, the rest with what comes after the last. */
  SlowClients(Streams streams, URI instance, UUID flow, int count) throws IOException {
    String last = streams.lastId(flow);
    for (int n = 0; n < count; n++) {
      String token = streams.token("slow-" + n / Streams.STREAMS_PER_USER);
      open(instance, token, flow, n % 2 == 0 ? "" : last);
    }
  }

  private void open(URI instance, String token, UUID flow, String lastEventId) throws IOException {
    String request =
        "GET /api/v1/flows/%s/events/stream?lastEventId=%s HTTP/1.1\r\nHost: skein\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(flow, lastEventId, token);
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(ROOM);
    socket.connect(new InetSocketAddress(instance.getHost(), instance.getPort()));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    Thread.ofVirtual().start(() -> read(socket));
  }

  private static void read(Socket socket) {
    try (InputStream in = socket.getInputStream()) {
      while (in.read() >= 0) {
        Thread.sleep(Duration.ofSeconds(1));
      }
    } catch (IOException | InterruptedException end) {
      // closed by one of the two sides, which the server's count shows
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
