package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.flows.CommandOutcome;
import io.skein.flows.CommandRequest;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.FlowStack;
import io.skein.flows.FlowStatus;
import io.skein.flows.NewFlow;
import io.skein.flows.Owner;
import io.skein.flows.StepListener;
import io.skein.flows.UploadId;
import io.skein.flows.UploadWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs discovery flows on two workers and real servers, approving whatever is proposed. */
final class DiscoveryRuns implements AutoCloseable {
  static final Owner OWNER = new Owner("acme", "plant-7");
  static final LocalDate AS_OF = LocalDate.of(2026, 11, 22);

  private final FlowStack stack;
  private final DiscoveryQueries queries;

  DiscoveryRuns(StepListener listener) {
    stack = new FlowStack(List.of(new DiscoveryFlow()), listener);
    queries = new DiscoveryQueries(stack.database, stack.json);
    stack.startWorker();
    stack.startWorker();
  }

  FlowStack stack() {
    return stack;
  }

  DiscoveryQueries queries() {
    return queries;
  }

  /** Runs a flow to its end; fails when the flow does. */
  Flow complete(Path... files) throws Exception {
    FlowId id = create(files);
    awaitEnd(id);
    return find(id);
  }

  /** Waits for a flow's end, approving what it proposes; fails when the flow does. */
  void awaitEnd(FlowId id) {
    awaitApproving(id, () -> find(id).status() == FlowStatus.COMPLETED);
  }

  /** Waits for something to happen in a flow, approving what it proposes. */
  void awaitApproving(FlowId id, Callable<Boolean> happened) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> {
          Flow flow = find(id);
          if (flow.status() == FlowStatus.WAITING_FOR_USER) {
            approve(id);
          }
          assertThat(flow.status()).as("%s", flow.error()).isNotEqualTo(FlowStatus.FAILED);
          return happened.call();
        });
  }

  Flow find(FlowId id) {
    return stack.engine.find(OWNER, id).orElseThrow();
  }

  CommandOutcome restart(FlowId id, String phase) throws InterruptedException {
    return stack.engine.commands().restart(new CommandRequest(OWNER, id, "ann", null, null), phase);
  }

  FlowId create(Path... files) throws IOException {
    List<UploadId> uploads = new ArrayList<>();
    for (Path file : files) {
      UploadWriter writer =
          stack.engine.uploads().begin(OWNER, uploads.size(), file.getFileName().toString());
      byte[] bytes = Files.readAllBytes(file);
      writer.write(bytes, 0, bytes.length);
      uploads.add(writer.finish().id());
    }
    NewFlow flow =
        new NewFlow(OWNER, DiscoveryFlow.KIND, "a flow", AS_OF, "ann", null, null, uploads);
    CommandOutcome.Done done = (CommandOutcome.Done) stack.engine.create(flow, null);
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }

  private void approve(FlowId id) throws InterruptedException {
    CommandOutcome outcome =
        stack
            .engine
            .commands()
            .approve(
                new CommandRequest(OWNER, id, "ann", null, null), stack.json.createObjectNode());
    assertThat(outcome).isInstanceOf(CommandOutcome.Done.class);
  }

  @Override
  public void close() throws Exception {
    stack.close();
  }
}
