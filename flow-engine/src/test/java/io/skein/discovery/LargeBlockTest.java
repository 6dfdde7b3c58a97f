package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.DiscoveryQueries.AssetFilter;
import io.skein.flows.Flow;
import io.skein.flows.StepListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Rows that all seem to describe one asset are merged in bounded memory; the rest is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeBlockTest {
  private static final int SURPLUS = 1_000;
  private static final int OTHERS = 400;
  private static final AssetFilter ALL = new AssetFilter(null, null, null);

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
  void tooManyRowsOfOneName(@TempDir Path directory) throws Exception {
    int repeated = StagingStore.BLOCK_ROWS + SURPLUS;
    StringBuilder csv = new StringBuilder("Hostname,Operating System,Environment\n");
    for (int row = 1; row <= OTHERS; row++) {
      csv.append("srv-%04d,Debian 11,Test%n".formatted(row));
    }
    csv.append("web-1,Debian 12,Production\n".repeat(repeated));
    Flow flow = runs.complete(Files.writeString(directory.resolve("same.csv"), csv));
    ObjectNode report = runs.queries().report(flow.id()).orElseThrow();
    assertThat(report.at("/rows/read").asInt()).isEqualTo(OTHERS + repeated);
    assertThat(report.at("/rows/rejected").asInt()).isEqualTo(SURPLUS);
    assertThat(report.at("/assets/total").asInt()).isEqualTo(OTHERS + 1);
    List<ObjectNode> assets = runs.queries().assets(flow.id(), ALL, null, 1_000).items();
    assertThat(assets.getLast().get("hostname").asString()).isEqualTo("web-1");
    assertThat(assets.getLast().get("sources").size()).isEqualTo(StagingStore.BLOCK_ROWS);
    ObjectNode error = runs.queries().importErrors(flow.id(), null, 1).items().getFirst();
    assertThat(error.get("row").asInt()).isEqualTo(OTHERS + StagingStore.BLOCK_ROWS + 1);
    assertThat(error.get("reason").asString()).contains("one asset");
    assertThat(error.get("rejected").asBoolean()).isTrue();
  }
}
