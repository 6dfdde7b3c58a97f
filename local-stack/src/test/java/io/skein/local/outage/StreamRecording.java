package io.skein.local.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.demo.FlowEvent;
import io.skein.local.demo.SkeinApi;
import io.skein.local.demo.SseMessage;
import io.skein.local.demo.SseReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client hears of a flow. It listens at one instance; when the stream breaks it resumes at
 * the next by its last event id, as a browser behind a proxy does. Nothing is sorted, nothing
 * dropped.
 */
final class StreamRecording implements AutoCloseable {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final SkeinApi api;
  private final String flowId;
  private final List<Heard> heard = new CopyOnWriteArrayList<>();
  private final List<String> unexpected = new CopyOnWriteArrayList<>();
  private final Thread listener;
  private volatile String lastEventId = "";
  private volatile boolean ended;
  private volatile boolean closed;

  /**
   * One event.
   *
   * @param connection the how-manieth of this recording, from 0; the instance follows from it
   */
  record Heard(int connection, FlowEvent event) {}

  StreamRecording(SkeinApi api, String flowId) {
    this.api = api;
    this.flowId = flowId;
    this.listener = Thread.ofPlatform().daemon().name("recording-" + flowId).start(this::listen);
  }

  List<Heard> heard() {
    return List.copyOf(heard);
  }

  String lastEventId() {
    return lastEventId;
  }

  boolean hasHeard(String type) {
    return heard.stream().anyMatch(one -> one.event().type().equals(type));
  }

  boolean hasHeard(String type, String phase) {
    return heard.stream()
        .map(Heard::event)
        .anyMatch(event -> event.type().equals(type) && phase.equals(event.phase()));
  }

  void awaitEvent(String type, String phase) {
    await(type + " of " + phase)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> hasHeard(type, phase));
  }

  void awaitEnd() {
    await("the end of " + flowId)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> ended);
  }

  /** Every sequence once, in order, from 1 to the completion, and then the end. */
  void assertComplete() {
    assertThat(unexpected).isEmpty();
    assertThat(ended).isTrue();
    assertThat(heard)
        .extracting(one -> one.event().seq())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, heard.size()).boxed().toList());
    assertThat(heard.getLast().event().type()).isEqualTo("flow_completed");
    assertThat(heard.getLast().event().id()).isEqualTo(lastEventId);
  }

  private void listen() {
    for (int connection = 0; !ended && !closed; connection++) {
      try {
        listen(connection);
      } catch (IOException e) {
        LockSupport.parkNanos(RETRY.toNanos());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void listen(int connection) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = api.openStream(flowId, lastEventId, connection);
    try (InputStream stream = response.body()) {
      if (response.statusCode() != 200) {
        unexpected.add("HTTP " + response.statusCode());
        throw new IOException("HTTP " + response.statusCode());
      }
      SseReader reader = new SseReader(stream, lastEventId);
      Optional<SseMessage> message = reader.next();
      while (message.isPresent()) {
        record(connection, message.get());
        lastEventId = reader.lastEventId();
        message = ended ? Optional.empty() : reader.next();
      }
    }
  }

  private void record(int connection, SseMessage message) {
    switch (message.event()) {
      case "message" ->
          heard.add(new Heard(connection, JSON.readValue(message.data(), FlowEvent.class)));
      case "end" -> ended = true;
      case "hello", "progress" -> {}
      default -> unexpected.add(message.event() + " " + message.data());
    }
  }

  @Override
  public void close() {
    closed = true;
    listener.interrupt();
  }
}
