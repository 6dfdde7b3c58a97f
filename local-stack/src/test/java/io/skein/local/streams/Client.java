package io.skein.local.streams;

import io.skein.local.demo.SkeinApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a browser's EventSource does behind a proxy: it reads on its own thread, keeps the last id,
 * waits as long as it was told to and resumes at the next instance. Nothing is sorted or dropped.
 */
final class Client implements AutoCloseable {
  private final SkeinApi api;
  private final UUID flow;
  private final List<Frame> events = new CopyOnWriteArrayList<>();
  private final List<Frame> resets = new CopyOnWriteArrayList<>();
  private final List<Long> connectedAt = new CopyOnWriteArrayList<>();
  private final List<Long> dueAt = new CopyOnWriteArrayList<>();
  private final List<String> unexpected = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile String lastEventId = "";
  private volatile long retryMillis = 1_000;
  private volatile long due = System.nanoTime();
  private volatile boolean connected;
  private volatile boolean gone;
  private volatile boolean closed;
  private volatile @Nullable InputStream body;
  private int attempt;

  private Client(SkeinApi api, UUID flow, int firstInstance) {
    this.api = api;
    this.flow = flow;
    this.attempt = firstInstance;
    this.thread = Thread.ofVirtual().unstarted(this::run);
  }

  /**
   * @param firstInstance where it connects first, counted round
   */
  static Client follow(SkeinApi api, UUID flow, int firstInstance) {
    Client client = new Client(api, flow, firstInstance);
    client.thread.start();
    return client;
  }

  /**
   * One message of the stream.
   *
   * @param at {@link System#nanoTime} when it was read
   */
  record Frame(String event, String id, String data, long at) {
    long epoch() {
      return Long.parseLong(id.substring(0, id.indexOf('.')));
    }

    long seq() {
      return Long.parseLong(id.substring(id.indexOf('.') + 1));
    }

    /** Of an event. */
    String type() {
      return data.replaceFirst(".*?\"type\":\"([^\"]*)\".*", "$1");
    }
  }

  UUID flow() {
    return flow;
  }

  /** The history as it came, over all connections. */
  List<Frame> events() {
    return List.copyOf(events);
  }

  List<Frame> resets() {
    return List.copyOf(resets);
  }

  List<Long> sequences() {
    return events.stream().map(Frame::seq).toList();
  }

  String lastEventId() {
    return lastEventId;
  }

  /** {@link System#nanoTime} of each connection that was answered with a stream. */
  List<Long> connectedAt() {
    return List.copyOf(connectedAt);
  }

  /**
   * {@link System#nanoTime} when it was to make each of those connections, by what the server told;
   * a busy machine makes it later.
   */
  List<Long> dueAt() {
    return List.copyOf(dueAt);
  }

  /** Answers and events that no client should see; empty when all is well. */
  List<String> unexpected() {
    return List.copyOf(unexpected);
  }

  boolean isConnected() {
    return connected;
  }

  /** It was told that its flow is not there, and asks no more. */
  boolean isGone() {
    return gone;
  }

  /** Breaks its connection, as a network does. */
  void drop() throws IOException {
    InputStream present = body;
    if (present != null) {
      present.close();
    }
  }

  private void run() {
    while (!closed && !gone) {
      try {
        listen(api.openStream(flow.toString(), lastEventId, attempt++));
      } catch (IOException broken) {
        // what these tests are about: it comes again
      } catch (InterruptedException e) {
        return;
      }
      if (!closed && !gone) {
        pause();
      }
    }
  }

  private void pause() {
    Duration told = Duration.ofMillis(retryMillis);
    due = System.nanoTime() + told.toNanos();
    try {
      Thread.sleep(told);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private void listen(HttpResponse<InputStream> response) throws IOException {
    try (InputStream stream = response.body()) {
      body = stream;
      if (response.statusCode() == 404) {
        gone = true;
      } else if (response.statusCode() != 200) {
        unexpected.add("HTTP " + response.statusCode());
      } else {
        read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)));
      }
    } finally {
      connected = false;
    }
  }

  private void read(BufferedReader lines) throws IOException {
    String event = "message";
    String id = lastEventId;
    String data = "";
    for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
      if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("retry: ")) {
        retryMillis = Long.parseLong(line.substring(7));
      } else if (line.isEmpty()) {
        if (!data.isEmpty()) {
          take(new Frame(event, id, data, System.nanoTime()));
        }
        lastEventId = id;
        event = "message";
        data = "";
      }
    }
  }

  private void take(Frame frame) {
    switch (frame.event()) {
      case "message" -> events.add(frame);
      case "reset" -> resets.add(frame);
      case "hello" -> { // a stream that is refused has none
        connectedAt.add(frame.at());
        dueAt.add(due);
        connected = true;
      }
      case "progress" -> {}
      default -> unexpected.add(frame.event() + " " + frame.data());
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
