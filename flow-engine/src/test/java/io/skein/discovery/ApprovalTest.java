package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.discovery.DiscoveryQueries.AssetFilter;
import io.skein.flows.CommandOutcome;
import io.skein.flows.CommandRequest;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.flows.FlowStatus;
import io.skein.flows.StepListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What the user corrects in the approval is what the phases after it go by. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalTest {
  private static final String UNCLEAR =
      """
      thing,stuff,what
      alpha,Debian 10,7
      beta,Windows Server 2012 R2,9
      """;

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
  void correctionsAreCheckedAndThenUsed(@TempDir Path directory) throws Exception {
    FlowId id = runs.create(Files.writeString(directory.resolve("things.csv"), UNCLEAR));
    awaitStatus(id, FlowStatus.WAITING_FOR_USER);
    for (String refused :
        List.of(
            "{\"mapping\":[{\"column\":\"nowhere\",\"field\":\"hostname\"}]}",
            "{\"mapping\":[{\"column\":\"thing\",\"field\":\"no_such_field\"}]}",
            "{\"mapping\":[{\"file\":\"other.csv\",\"column\":\"thing\",\"field\":null}]}",
            "{\"mapping\":{}}")) {
      assertThat(approve(id, refused)).as(refused).isInstanceOf(CommandOutcome.Invalid.class);
    }
    assertThat(find(id).status()).isEqualTo(FlowStatus.WAITING_FOR_USER);

    assertThat(
            approve(
                id,
                """
                {"mapping": [{"file": "things.csv", "column": "thing", "field": "hostname"},
                             {"column": "stuff", "field": "os_name"},
                             {"column": "what", "field": "cpu_cores"}]}
                """))
        .isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(id, FlowStatus.COMPLETED);
    List<ObjectNode> assets =
        runs.queries().assets(id, new AssetFilter(null, null, null), null, 10).items();
    assertThat(assets).hasSize(2);
    assertThat(assets.get(0).get("hostname").asString()).isEqualTo("alpha");
    assertThat(assets.get(0).get("cpuCores").asInt()).isEqualTo(7);
    assertThat(assets.get(1).at("/lifecycle/status").asString()).startsWith("ended");
    ObjectNode report = runs.queries().report(id).orElseThrow();
    assertThat(report.get("mapping").valueStream().map(column -> column.get("field").asString()))
        .containsExactly("hostname", "os_name", "cpu_cores");
  }

  private CommandOutcome approve(FlowId id, String body) throws InterruptedException {
    return runs.stack()
        .engine
        .commands()
        .approve(
            new CommandRequest(DiscoveryRuns.OWNER, id, "ann", null, null),
            runs.stack().json.readTree(body));
  }

  private void awaitStatus(FlowId id, FlowStatus status) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(find(id).status()).isEqualTo(status));
  }

  private Flow find(FlowId id) {
    return runs.stack().engine.find(DiscoveryRuns.OWNER, id).orElseThrow();
  }
}
