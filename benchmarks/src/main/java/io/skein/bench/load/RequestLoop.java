package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Connections that each send a request, read its answer to the end, and send it again: on one
 * thread, so that the client costs little. Not thread safe.
 */
final class RequestLoop implements AutoCloseable {
  private static final int BUFFER = 256 * 1024;
  private static final byte[] OK = "HTTP/1.1 200".getBytes(US_ASCII);
  private static final byte[] LENGTH = "content-length: ".getBytes(US_ASCII);
  private static final long SLOWEST_MICROS = 60_000_000;

  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final ByteBuffer request;
  private final Histogram micros = new Histogram(SLOWEST_MICROS, 3);
  private long answers;
  private long others;

  RequestLoop(int port, int count, byte[] request) throws IOException {
    this.selector = Selector.open();
    this.request = ByteBuffer.wrap(request);
    for (int i = 0; i < count; i++) {
      SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      connections.add(connection);
      channel.register(selector, SelectionKey.OP_READ, connection);
    }
  }

  RouteFigures run(Duration time) throws IOException {
    long begin = System.nanoTime();
    for (Connection connection : connections) {
      connection.send();
    }
    while (System.nanoTime() - begin < time.toNanos()) {
      selector.select(key -> read((Connection) key.attachment()), 100);
    }
    return new RouteFigures(
        answers,
        others,
        System.nanoTime() - begin,
        micros.getValueAtPercentile(50),
        micros.getValueAtPercentile(99));
  }

  private void read(Connection connection) {
    try {
      if (connection.readAnswer()) {
        connection.send();
      }
    } catch (IOException e) {
      throw new IllegalStateException("the server closed a connection", e);
    }
  }

  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long sentAt;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    /** So small that the kernel takes it at once. */
    void send() throws IOException {
      sentAt = System.nanoTime();
      ByteBuffer out = request.duplicate();
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /** Whether the answer is complete. */
    boolean readAnswer() throws IOException {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
      int head = endOfHead();
      if (head < 0 || buffer.position() < head + contentLength(head)) {
        return false;
      }
      if (startsWith(OK, 0)) {
        answers++;
      } else {
        others++;
      }
      micros.recordValue(Math.min((System.nanoTime() - sentAt) / 1_000, SLOWEST_MICROS));
      buffer.clear();
      return true;
    }

    private int endOfHead() {
      for (int i = 3; i < buffer.position(); i++) {
        if (buffer.get(i) == '\n' && buffer.get(i - 2) == '\n') {
          return i + 1;
        }
      }
      return -1;
    }

    private int contentLength(int head) {
      for (int i = 0; i < head; i++) {
        if (buffer.get(i) == '\n' && startsWith(LENGTH, i + 1)) {
          int length = 0;
          for (int at = i + 1 + LENGTH.length; buffer.get(at) >= '0'; at++) {
            length = length * 10 + buffer.get(at) - '0';
          }
          return length;
        }
      }
      return 0;
    }

    /** Whatever the case of letters; digits and signs differ in no way that matters here. */
    private boolean startsWith(byte[] text, int at) {
      for (int i = 0; i < text.length; i++) {
        if ((buffer.get(at + i) | 0x20) != (text[i] | 0x20)) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }
}
