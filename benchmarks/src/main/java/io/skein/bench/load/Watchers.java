package io.skein.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All streams of this process, on one thread that does nothing but read, count and forget. Orders
 * come from one other thread.
 */
final class Watchers implements AutoCloseable {
  /** Streams on their way at once: a server has a queue of connections to accept, with a bound. */
  private static final int OPENING_AT_ONCE = 128;

  /** An address has some 28,000 ports, of which those closed a while ago are not free yet. */
  private static final int SOURCE_ADDRESSES = 16;

  private static final int BUFFER_BYTES = 256 * 1024;

  private final Clock clock;
  private final Selector selector;
  private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final byte[] bytes = new byte[BUFFER_BYTES];
  private final Arrivals arrivals;
  private @Nullable Opening opening;
  private int started;
  private int opened;
  private int broken;
  private volatile boolean stopped;

  Watchers(Clock clock, SharedCount deliveries) throws IOException {
    this.clock = clock;
    this.arrivals = new Arrivals(deliveries);
    this.selector = Selector.open();
  }

  /** Streams that are being opened; done when each is open or broken. */
  private record Opening(
      int count, int port, Requests requests, int before, CompletableFuture<Boolean> done) {}

  void start() {
    Thread.ofPlatform().name("watchers").daemon().start(this::run);
  }

  /** Opens this many more; returns when each is open or has been refused. */
  void open(int count, int port, Requests requests) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    onThread(() -> {
      opening = new Opening(count, port, requests, opened + broken, done);
      started = 0;
      openMore();
      return true;
    });
    done.join();
  }

  /** Counts from zero again; answers what there was until now. */
  LoadFigures restart() {
    return onThread(() -> {
      LoadFigures until = arrivals.figures(opened, broken);
      arrivals.restart();
      return until;
    });
  }

  LoadFigures figures() {
    return onThread(() -> arrivals.figures(opened, broken));
  }

  void closeAll() {
    onThread(() -> {
      selector.keys().forEach(key -> drop(key));
      opened = 0;
      broken = 0;
      return true;
    });
  }

  @Override
  public void close() {
    stopped = true;
    selector.wakeup();
  }

  private <T> T onThread(Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    orders.add(() -> answer.complete(work.get()));
    selector.wakeup();
    return answer.join();
  }

  private void run() {
    try {
      while (!stopped) {
        selector.select(this::ready);
        Runnable order = orders.poll();
        while (order != null) {
          order.run();
          order = orders.poll();
        }
        openMore();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the load generator cannot go on", e);
    }
  }

  private void openMore() {
    Opening wanted = opening;
    if (wanted == null) {
      return;
    }
    int answered = opened + broken - wanted.before();
    while (started < wanted.count() && started - answered < OPENING_AT_ONCE) {
      connect(wanted, started++);
    }
    if (answered == wanted.count()) {
      opening = null;
      wanted.done().complete(true);
    }
  }

  private void connect(Opening wanted, int number) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      // A reset instead of a farewell: the port is free again at once.
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.bind(new InetSocketAddress("127.0.0." + (2 + number % SOURCE_ADDRESSES), 0));
      channel.connect(new InetSocketAddress("127.0.0.1", wanted.port()));
      Watcher watcher = new Watcher(wanted.requests().bytes(number));
      channel.register(selector, SelectionKey.OP_CONNECT, watcher);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open stream " + number, e);
    }
  }

  private void ready(SelectionKey key) {
    try {
      Watcher watcher = (Watcher) key.attachment();
      SocketChannel channel = (SocketChannel) key.channel();
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_WRITE);
      } else if (key.isWritable()) {
        channel.write(watcher.request());
        if (!watcher.request().hasRemaining()) {
          key.interestOps(SelectionKey.OP_READ);
        }
      } else if (!read(channel, watcher)) {
        fail(key);
      }
    } catch (IOException e) {
      fail(key);
    }
  }

  private boolean read(SocketChannel channel, Watcher watcher) throws IOException {
    buffer.clear();
    int count = channel.read(buffer);
    if (count < 0) {
      return false;
    }
    buffer.flip().get(bytes, 0, count);
    boolean granted = watcher.granted();
    arrivals.read(count);
    if (!watcher.read(bytes, count, Stamp.now(clock), arrivals)) {
      return false;
    }
    if (!granted && watcher.granted()) {
      opened++;
    }
    return true;
  }

  private void fail(SelectionKey key) {
    if (((Watcher) key.attachment()).granted()) {
      opened--;
    }
    broken++;
    drop(key);
  }

  private static void drop(SelectionKey key) {
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a stream", e);
    }
  }
}
