package io.skein.bench.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The ceiling of the load generator: one thread writes the same bytes to every connection and knows
 * nothing of what a server owes its clients. What does not fit into a socket is tried again, in a
 * loop.
 */
final class DumbServerMain {
  private static final int ACCEPT_QUEUE = 4_096;
  private static final byte[] GRANTED =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".getBytes(ISO_8859_1);
  private static final byte[] DONE = "HTTP/1.1 204 No Content\r\n\r\n".getBytes(ISO_8859_1);

  private final Selector selector;
  private final ServerSocketChannel server;
  private final List<SocketChannel> watchers = new ArrayList<>();
  private final StringBuilder pending = new StringBuilder();
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

  private DumbServerMain(int port) throws IOException {
    this.selector = Selector.open();
    this.server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress("127.0.0.1", port), ACCEPT_QUEUE);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] args) throws IOException {
    DumbServerMain server = new DumbServerMain(Integer.parseInt(args[0]));
    Thread.ofPlatform().daemon().start(server::run);
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  private void run() {
    try {
      while (true) {
        selector.select(this::ready);
        publishPending();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the dumb server cannot go on", e);
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept();
      } else {
        read(key, (SocketChannel) key.channel(), (StringBuilder) key.attachment());
      }
    } catch (IOException e) {
      key.cancel();
      watchers.remove((SocketChannel) key.channel());
    }
  }

  private void accept() throws IOException {
    SocketChannel accepted = server.accept();
    while (accepted != null) {
      accepted.configureBlocking(false);
      accepted.register(selector, SelectionKey.OP_READ, new StringBuilder());
      accepted = server.accept();
    }
  }

  private void read(SelectionKey key, SocketChannel channel, StringBuilder text)
      throws IOException {
    buffer.clear();
    if (channel.read(buffer) < 0) {
      channel.close();
      watchers.remove(channel);
      return;
    }
    text.append(ISO_8859_1.decode(buffer.flip()));
    int head = text.indexOf("\r\n\r\n");
    if (head >= 0 && text.charAt(0) == 'G') {
      write(channel, GRANTED);
      watchers.add(channel);
      text.setLength(0);
    } else if (head >= 0 && text.charAt(text.length() - 1) == '}') {
      pending.append("id: 1764000000000.1\ndata: ").append(text, head + 4, text.length());
      pending.append("\n\n");
      text.setLength(0);
      write(channel, DONE);
    }
  }

  /** What came together goes out together. */
  private void publishPending() {
    if (pending.isEmpty()) {
      return;
    }
    byte[] frames = pending.toString().getBytes(ISO_8859_1);
    pending.setLength(0);
    watchers.removeIf(watcher -> {
      try {
        write(watcher, frames);
        return false;
      } catch (IOException e) {
        return true;
      }
    });
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }
}
