package io.skein.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;

/** Connections that each send the next request as soon as they have the answer to the last. */
final class AskingClients {
  private static final int BUFFER = 64 << 10;
  private static final int TIMEOUT_MILLIS = 10_000;

  private final int port;
  private final Requests requests;
  private final int connections;
  private final ConcurrentHistogram micros = new ConcurrentHistogram(3);

  AskingClients(int port, Requests requests, int connections) {
    this.port = port;
    this.requests = requests;
    this.connections = connections;
  }

  RequestFigures run(Duration time) throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      int number = i;
      threads.add(Thread.ofPlatform().start(() -> ask(number, end)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return new RequestFigures(
        micros.getTotalCount(),
        System.nanoTime() - begin,
        micros.getValueAtPercentile(50),
        micros.getValueAtPercentile(99));
  }

  private void ask(int first, long end) {
    byte[] buffer = new byte[BUFFER];
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int number = first; System.nanoTime() < end; number += connections) {
        long begin = System.nanoTime();
        out.write(requests.bytes(number));
        Answers.read(in, buffer);
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the server at " + port + " did not answer", e);
    }
  }
}
