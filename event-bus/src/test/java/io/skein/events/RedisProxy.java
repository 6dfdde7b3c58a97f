package io.skein.events;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a process and Redis: swallows what is published to flows while everything else is
 * answered, or holds back the answers of scripts for longer than anybody waits. Thread safe.
 */
final class RedisProxy implements AutoCloseable {
  private static final Duration TOO_LATE = Duration.ofMillis(400);
  private static final String NONE = "no message holds this";
  private static final String MESSAGE = "*3\r\n$8\r\nsmessage\r\n";

  private final URI server;
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger lateScripts = new AtomicInteger();
  private final AtomicInteger swallowed = new AtomicInteger();
  private volatile String silenced = NONE;

  RedisProxy(String serverUrl) throws IOException {
    server = URI.create(serverUrl);
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "redis://127.0.0.1:" + listener.getLocalPort();
  }

  /** Subscribed, alive, and nothing of any flow is delivered; the feed still hears itself. */
  void silenceFlows() {
    silenced = "flow:updates:";
  }

  /** Subscribed, alive, and nothing at all is delivered. */
  void silenceFeed() {
    silenced = "";
  }

  void endSilence() {
    silenced = NONE;
  }

  /** How many messages were swallowed. */
  int swallowed() {
    return swallowed.get();
  }

  /** The next scripts run, and their answers come too late. */
  void delayScripts(int count) {
    lateScripts.set(count);
  }

  int scriptsToDelay() {
    return lateScripts.get();
  }

  private void accept() {
    try {
      while (true) {
        connect(listener.accept());
      }
    } catch (IOException e) {
      closeAll();
    }
  }

  private void connect(Socket client) throws IOException {
    Socket redis;
    try {
      redis = new Socket(server.getHost(), server.getPort());
    } catch (ConnectException away) {
      client.close(); // as if the client had met nobody
      return;
    }
    sockets.addAll(List.of(client, redis));
    AtomicBoolean late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> pump(client, redis, () -> commands(client, redis, late)));
    Thread.ofVirtual().start(() -> pump(client, redis, () -> answers(redis, client, late)));
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void pump(Socket client, Socket redis, Pump pump) {
    try (client;
        redis) {
      pump.run();
    } catch (IOException broken) {
      // one side is gone, and so is the other then
    }
  }

  private void commands(Socket from, Socket to, AtomicBoolean late) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    InputStream in = from.getInputStream();
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      boolean script =
          new String(buffer, 0, read, ISO_8859_1).toUpperCase(Locale.ROOT).contains("EVALSHA");
      if (script && lateScripts.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
        late.set(true);
      }
      to.getOutputStream().write(buffer, 0, read);
    }
  }

  private void answers(Socket from, Socket to, AtomicBoolean late) throws IOException {
    InputStream in = new BufferedInputStream(from.getInputStream());
    OutputStream out = to.getOutputStream();
    while (true) {
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      readFrame(in, frame);
      if (late.getAndSet(false)) {
        pause();
      }
      String text = frame.toString(ISO_8859_1);
      if (text.startsWith(MESSAGE) && text.contains(silenced)) {
        swallowed.incrementAndGet();
      } else {
        frame.writeTo(out);
      }
    }
  }

  /** One answer of RESP2, with everything in it. */
  private static void readFrame(InputStream in, ByteArrayOutputStream frame) throws IOException {
    String line = readLine(in, frame);
    switch (line.charAt(0)) {
      case '$' -> {
        int length = Integer.parseInt(line.substring(1));
        if (length >= 0) {
          frame.write(in.readNBytes(length + 2));
        }
      }
      case '*' -> {
        int length = Integer.parseInt(line.substring(1));
        for (int i = 0; i < length; i++) {
          readFrame(in, frame);
        }
      }
      default -> {}
    }
  }

  private static String readLine(InputStream in, ByteArrayOutputStream frame) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      frame.write(next);
      if (next == '\n') {
        return line.toString();
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(TOO_LATE);
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  private void closeAll() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException broken) {
        // closed by the other side
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    closeAll();
  }
}
