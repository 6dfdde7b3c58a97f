package io.skein.telemetry.series;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** Forwards every byte after a while, however many are on their way. */
final class SlowNetwork implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final String host;
  private final int server;
  private final Duration delay;

  SlowNetwork(String host, int server, Duration delay) throws IOException {
    this.host = host;
    this.server = server;
    this.delay = delay;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  private record Chunk(byte[] bytes, long at) {}

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket behind = new Socket(host, server);
        client.setTcpNoDelay(true);
        behind.setTcpNoDelay(true);
        forward(client, behind);
        forward(behind, client);
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void forward(Socket from, Socket to) {
    BlockingQueue<Chunk> onTheWay = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().start(() -> take(from, onTheWay));
    Thread.ofPlatform().daemon().start(() -> deliver(onTheWay, to));
  }

  private void take(Socket from, BlockingQueue<Chunk> onTheWay) {
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = from.getInputStream()) {
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        onTheWay.add(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + delay.toNanos()));
      }
    } catch (IOException closed) {
      // one side has gone
    } finally {
      onTheWay.add(new Chunk(new byte[0], System.nanoTime()));
    }
  }

  private static void deliver(BlockingQueue<Chunk> onTheWay, Socket to) {
    try (OutputStream out = to.getOutputStream()) {
      for (Chunk chunk = onTheWay.take(); chunk.bytes().length > 0; chunk = onTheWay.take()) {
        while (System.nanoTime() < chunk.at()) {
          LockSupport.parkNanos(chunk.at() - System.nanoTime());
        }
        out.write(chunk.bytes());
        out.flush();
      }
    } catch (IOException closed) {
      // one side has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
