package io.skein.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A browser's EventSource as far as it matters: reads frames, keeps the last id. */
final class Client extends OutputStream {
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final CountDownLatch gate;
  private volatile boolean gone;
  private CompletableFuture<StreamEnd> end = new CompletableFuture<>();

  private Client(CountDownLatch gate) {
    this.gate = gate;
  }

  static Client follow(SseStream stream) {
    return follow(stream, new CountDownLatch(0));
  }

  /** A client that takes nothing until the gate opens. */
  static Client follow(SseStream stream, CountDownLatch gate) {
    Client client = new Client(gate);
    Thread.ofVirtual().start(() -> client.end.complete(stream.writeTo(client)));
    return client;
  }

  record Frame(Map<String, String> fields) {
    String event() {
      return fields.getOrDefault("event", "message");
    }

    String id() {
      return fields.getOrDefault("id", "");
    }

    JsonNode data() {
      return JsonMapper.shared().readTree(fields.getOrDefault("data", "{}"));
    }
  }

  @Override
  public void write(int b) {
    throw new UnsupportedOperationException("one byte at a time");
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    if (gone) {
      throw new IOException("the client is gone");
    }
    synchronized (received) {
      received.write(bytes, offset, length);
    }
  }

  void leave() {
    gone = true;
  }

  String text() {
    synchronized (received) {
      return received.toString(UTF_8);
    }
  }

  List<Frame> frames() {
    List<Frame> frames = new ArrayList<>();
    for (String block : text().split("\n\n")) {
      Map<String, String> fields = new TreeMap<>();
      for (String line : block.split("[\r\n]")) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          fields.merge(line.substring(0, colon), line.substring(colon + 2), (a, b) -> a + "\n" + b);
        }
      }
      frames.add(new Frame(fields));
    }
    return frames;
  }

  List<Frame> frames(String event) {
    return frames().stream().filter(frame -> frame.event().equals(event)).toList();
  }

  /** Sequences of the history, in the order in which they came. */
  List<Long> sequences() {
    return frames("message").stream()
        .filter(frame -> frame.fields().containsKey("data"))
        .map(frame -> frame.data().path("seq").asLong())
        .toList();
  }

  String lastId() {
    return frames().stream().map(Frame::id).filter(id -> !id.isEmpty()).reduce("", (a, b) -> b);
  }

  void awaitSequence(long last) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> text().contains("\"seq\":" + last + ","));
  }

  StreamEnd awaitEnd() {
    await().atMost(Duration.ofSeconds(10)).until(end::isDone);
    return end.join();
  }

  boolean ended() {
    return end.isDone();
  }
}
