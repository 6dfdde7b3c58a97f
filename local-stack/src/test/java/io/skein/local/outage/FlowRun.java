package io.skein.local.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.local.demo.Flow;
import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A flow under way: recorded from its first event, its state read all the time. */
final class FlowRun implements AutoCloseable {
  private final SkeinApi api;
  private final String flowId;
  private final StreamRecording stream;
  private final StateReads states;

  private FlowRun(SkeinApi api, String flowId, StreamRecording stream, StateReads states) {
    this.api = api;
    this.flowId = flowId;
    this.stream = stream;
    this.states = states;
  }

  /** Uploads; the stream is heard at api-1 first, the state is read at api-2. */
  static FlowRun start(LocalStack stack, List<Path> files) throws Exception {
    String token = token(stack);
    List<URI> instances = stack.apis().stream().map(StackProcess::url).toList();
    SkeinApi api = new SkeinApi(instances, token);
    String flowId = api.createFlow("outage", files).flowId();
    return new FlowRun(
        api,
        flowId,
        new StreamRecording(api, flowId),
        new StateReads(instances.getLast(), token, flowId));
  }

  /** From the upload to the end with its approval; answers how long that took. */
  static Duration complete(LocalStack stack, List<Path> files) throws Exception {
    long begin = System.nanoTime();
    try (FlowRun run = start(stack, files)) {
      run.approve();
      run.assertCompleted();
      return Duration.ofNanos(System.nanoTime() - begin);
    }
  }

  static String token(LocalStack stack) {
    return stack.token("demo", "demo", "demo");
  }

  String flowId() {
    return flowId;
  }

  SkeinApi api() {
    return api;
  }

  StreamRecording stream() {
    return stream;
  }

  /** Waits until the flow asks, then accepts the mapping as proposed. */
  void approve() throws Exception {
    stream.awaitEvent("approval_requested", "field_mapping");
    api.approve(flowId, Map.of());
  }

  /** Requires that it is still under way, so that what was done to it was done in its middle. */
  void requireGoesOn() throws Exception {
    if (api.flow(flowId).isFinal()) {
      throw new EndedTooEarly();
    }
  }

  /** No failure, but no proof. */
  static final class EndedTooEarly extends RuntimeException {
    private static final long serialVersionUID = 1;

    EndedTooEarly() {
      super("the flow has ended too early to prove it");
    }
  }

  void assertCompleted() throws Exception {
    stream.awaitEnd();
    stream.assertComplete();
    Flow flow = api.flow(flowId);
    assertThat(flow.isCompleted()).isTrue();
    assertThat(flow.version()).isEqualTo(stream.heard().getLast().event().seq());
    states.assertNeverBackTo(flow.version());
  }

  @Override
  public void close() {
    states.close();
    stream.close();
    api.close();
  }
}
