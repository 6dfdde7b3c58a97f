package io.skein.local.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Follows one flow to its end, its failure, or the moment when it waits for the user. When a
 * connection breaks or falls silent, it goes on after the last id at the next instance. For one
 * thread; an interrupt ends it.
 */
public final class FlowFollower implements AutoCloseable {
  /** The server sends at least a comment every 15 s. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(40);

  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int MOST_FAILURES = 60;

  private final SkeinApi api;
  private final String flowId;
  private final FlowView view;
  private final Duration longestSilence;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("silence").factory());
  private String lastEventId = "";
  private int attempt;
  private int failures;
  private long lastSequence;

  public FlowFollower(SkeinApi api, String flowId, FlowView view) {
    this(api, flowId, view, LONGEST_SILENCE);
  }

  FlowFollower(SkeinApi api, String flowId, FlowView view, Duration longestSilence) {
    this.api = api;
    this.flowId = flowId;
    this.view = view;
    this.longestSilence = longestSilence;
  }

  /**
   * Returns the flow when it is final or waits for the user; may be called again after an approval.
   */
  public Flow follow() throws InterruptedException {
    while (true) {
      try {
        Optional<Flow> reached = followOneConnection();
        if (reached.isPresent()) {
          return reached.get();
        }
        failures = 0;
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (++failures > MOST_FAILURES) {
          throw new DemoFailure(
              "no API instance has answered for a while (%s); see ./skein status and ./skein logs"
                  .formatted(e.getMessage()),
              e);
        }
        view.remark("connection lost, going on at the next instance");
        Thread.sleep(RETRY);
      }
      attempt++;
    }
  }

  private Optional<Flow> followOneConnection() throws IOException, InterruptedException {
    HttpResponse<InputStream> response = api.openStream(flowId, lastEventId, attempt);
    try (InputStream stream = new SilenceLimit(response.body(), longestSilence, clock)) {
      return switch (response.statusCode()) {
        case 200 -> read(stream);
        case 204 -> Optional.of(api.flow(flowId));
        default -> throw new IOException("HTTP " + response.statusCode());
      };
    }
  }

  /**
   * A flow that waited or failed before the stream was opened tells nothing new: so it is asked
   * once.
   */
  private Optional<Flow> read(InputStream stream) throws IOException, InterruptedException {
    SseReader reader = new SseReader(stream, lastEventId);
    Optional<Flow> reached = show(api.flow(flowId));
    while (reached.isEmpty()) {
      Optional<SseMessage> message = reader.next();
      if (message.isEmpty()) {
        lastEventId = reader.lastEventId();
        throw new IOException("the stream ended");
      }
      reached = take(message.get());
      lastEventId = message.get().lastEventId();
    }
    return reached;
  }

  private Optional<Flow> take(SseMessage message) throws IOException, InterruptedException {
    return switch (message.event()) {
      case "message" -> {
        FlowEvent event = SkeinApi.read(message.data(), FlowEvent.class);
        lastSequence = event.seq();
        view.event(event);
        yield show(api.flow(flowId));
      }
      case "progress" -> {
        view.progress(SkeinApi.read(message.data(), AgentProgress.class));
        yield Optional.empty();
      }
      case "reset" -> {
        Flow flow = api.flow(flowId);
        lastSequence = flow.version();
        yield show(flow);
      }
      case "end" -> Optional.of(api.flow(flowId));
      default -> Optional.empty();
    };
  }

  /**
   * A flow's version is the sequence of the event that made it: until that was shown, the stream
   * has more to tell.
   */
  private Optional<Flow> show(Flow flow) {
    view.flow(flow);
    boolean stops = flow.isFinal() || flow.waitsForUser();
    return stops && lastSequence >= flow.version() ? Optional.of(flow) : Optional.empty();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
