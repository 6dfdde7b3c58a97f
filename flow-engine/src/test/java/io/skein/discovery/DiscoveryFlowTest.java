package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.flows.Flow;
import io.skein.flows.StepListener;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.node.ObjectNode;

/** Real inventories from upload to report, on real servers and two workers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DiscoveryFlowTest {
  private static final Path SAMPLES = Path.of("../samples");

  private DiscoveryRuns runs;

  @BeforeAll
  void start() {
    runs = new DiscoveryRuns(StepListener.NONE);
  }

  @AfterAll
  void stop() throws Exception {
    runs.close();
  }

  @Test
  void adoptium() throws Exception {
    Flow flow = runs.complete(SAMPLES.resolve("adoptium_servers_2021.csv"));
    ObjectNode report = runs.queries().report(flow.id()).orElseThrow();
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
        runs.complete(
            SAMPLES.resolve("fedora_servers_2017.csv"),
            SAMPLES.resolve("fedora_app_server_edges_2017.csv"));
    ObjectNode report = runs.queries().report(flow.id()).orElseThrow();
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
        runs.stack().events.journal().read(flow.id().stream(), new Sequence(0), 10_000);
    assertThat(events)
        .extracting(event -> event.id().sequence().value())
        .containsExactlyElementsOf(
            java.util.stream.LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events.getFirst().type()).isEqualTo("flow_created");
    assertThat(events.getLast().type()).isEqualTo("flow_completed");
    assertThat(flow.version()).isEqualTo(events.size());
  }
}
