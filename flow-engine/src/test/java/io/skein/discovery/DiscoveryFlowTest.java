package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.node.ObjectNode;

/** Real inventories from upload to report, on real servers and two workers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DiscoveryFlowTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");
  private static final LocalDate AS_OF = LocalDate.of(2026, 11, 22);
  private static final Path SAMPLES = Path.of("../samples");

  private FlowStack stack;
  private DiscoveryQueries queries;

  @BeforeAll
  void start() {
    stack = new FlowStack(List.of(new DiscoveryFlow()), StepListener.NONE);
    queries = new DiscoveryQueries(stack.database, stack.json);
    stack.startWorker();
    stack.startWorker();
  }

  @AfterAll
  void stop() throws Exception {
    stack.close();
  }

  @Test
  void adoptium() throws Exception {
    Flow flow = complete(SAMPLES.resolve("adoptium_servers_2021.csv"));
    ObjectNode report = queries.report(flow.id()).orElseThrow();
    assertThat(report.at("/rows/read").asLong()).isEqualTo(114);
    assertThat(report.at("/rows/accepted").asLong()).isEqualTo(114);
    assertThat(report.at("/lifecycle/ended").asLong()).isEqualTo(104);
    assertThat(report.at("/lifecycle/endedWithExtendedSupport").asLong()).isEqualTo(23);
    assertThat(report.at("/lifecycle/supported").asLong()).isEqualTo(9);
    assertThat(report.at("/lifecycle/unmatched").asLong()).isEqualTo(1);
    assertThat(report.at("/asOf").asString()).isEqualTo("2026-11-22");
  }

  @Test
  void fedoraWithItsEdges() throws Exception {
    Flow flow =
        complete(
            SAMPLES.resolve("fedora_servers_2017.csv"),
            SAMPLES.resolve("fedora_app_server_edges_2017.csv"));
    ObjectNode report = queries.report(flow.id()).orElseThrow();
    assertThat(report.at("/rows/read").asLong()).isEqualTo(688 + 1503);
    assertThat(report.at("/lifecycle/ended").asLong()).isEqualTo(460);
    assertThat(report.at("/lifecycle/endedWithExtendedSupport").asLong()).isEqualTo(205);
    assertThat(report.at("/lifecycle/missing").asLong()).isEqualTo(228);
    assertThat(report.at("/dependencies/edges").asLong()).isGreaterThan(1_500);
    assertThat(report.at("/dependencies/waves").asLong()).isPositive();
    historyIsWhole(flow);
  }

  private void historyIsWhole(Flow flow) {
    List<StoredEvent> events =
        stack.events.journal().read(flow.id().stream(), new Sequence(0), 10_000);
    assertThat(events)
        .extracting(event -> event.id().sequence().value())
        .containsExactlyElementsOf(
            java.util.stream.LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events.getFirst().type()).isEqualTo("flow_created");
    assertThat(events.getLast().type()).isEqualTo("flow_completed");
    assertThat(flow.version()).isEqualTo(events.size());
  }

  private Flow complete(Path... files) throws Exception {
    FlowId id = create(files);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> {
          Flow flow = stack.engine.find(OWNER, id).orElseThrow();
          if (flow.status() == FlowStatus.WAITING_FOR_USER) {
            approve(id);
          }
          assertThat(flow.status()).as("%s", flow.error()).isNotEqualTo(FlowStatus.FAILED);
          return flow.status() == FlowStatus.COMPLETED;
        });
    return stack.engine.find(OWNER, id).orElseThrow();
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

  private FlowId create(Path... files) throws IOException {
    List<UploadId> uploads = new ArrayList<>();
    for (Path file : files) {
      UploadWriter writer =
          stack.engine.uploads().begin(OWNER, uploads.size(), file.getFileName().toString());
      byte[] bytes = Files.readAllBytes(file);
      writer.write(bytes, 0, bytes.length);
      uploads.add(writer.finish().id());
    }
    NewFlow flow = new NewFlow(OWNER, DiscoveryFlow.KIND, "a flow", AS_OF, "ann", null, uploads);
    CommandOutcome.Done done = (CommandOutcome.Done) stack.engine.create(flow, null);
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }
}
