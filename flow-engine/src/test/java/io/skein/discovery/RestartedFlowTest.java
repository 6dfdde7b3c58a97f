package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.flows.CommandOutcome;
import io.skein.flows.FlowId;
import io.skein.flows.StepListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A discovery flow leaves the same rows however often it is restarted, from whichever phase. */
@Tag("long")
class RestartedFlowTest {
  private static final List<String> PHASES =
      new DiscoveryFlow().definition().phases().stream().map(phase -> phase.name()).toList();
  private static final int SURPLUS = 20;
  private static final int OTHERS = 400;

  @Test
  void leavesWhatOneThatWasNeverRestartedLeaves(@TempDir Path directory) throws Exception {
    Path inventory = Files.writeString(directory.resolve("inventory.csv"), inventory());
    Path edges = Files.writeString(directory.resolve("edges.csv"), edges());
    BeforeTheReport held = new BeforeTheReport();
    try (DiscoveryRuns runs = new DiscoveryRuns(held)) {
      FlowId restarted = runs.create(inventory, edges);
      Map<String, String> first = null;
      for (int run = 1; run <= PHASES.size(); run++) {
        held.awaitRun(runs, restarted, run);
        Map<String, String> rows = rows(runs, restarted);
        first = first == null ? rows : first;
        assertThat(rows).isEqualTo(first);
        String phase = PHASES.get(PHASES.size() - run);
        assertThat(runs.restart(restarted, phase)).isInstanceOf(CommandOutcome.Done.class);
        held.release(run);
      }
      ObjectNode report = report(runs, restarted);
      held.releaseAll();
      FlowId straight = runs.create(inventory, edges);
      assertThat(report).isEqualTo(report(runs, straight));
      assertThat(rows(runs, restarted)).isEqualTo(first).isEqualTo(rows(runs, straight));
      assertThat(report.at("/rows/rejected").asInt()).isEqualTo(SURPLUS + 2);
      assertThat(first)
          .allSatisfy((table, content) -> assertThat(content).as(table).isNotEqualTo("[]"));
    }
  }

  private static ObjectNode report(DiscoveryRuns runs, FlowId flow) {
    runs.awaitEnd(flow);
    return runs.queries().report(flow).orElseThrow();
  }

  /** A ragged row, a row without a name, an odd cell, too many rows of one asset, old systems. */
  private static String inventory() {
    StringBuilder csv = new StringBuilder("Hostname,Operating System,Environment,CPU Cores\n");
    csv.append("db-1,Windows Server 2008 R2,Production,8\n");
    csv.append("app-1,Debian 9,Production,4\napp-2,Ubuntu 24.04,Test,many\n");
    csv.append("app-3,Debian 12,Test,2,too,many\n,Debian 12,Test,2\n");
    for (int row = 1; row <= OTHERS; row++) {
      csv.append("srv-%04d,Debian 11,Test,2%n".formatted(row));
    }
    csv.append("web-1,Debian 12,Production,2\n".repeat(StagingStore.BLOCK_ROWS + SURPLUS));
    return csv.toString();
  }

  private static String edges() {
    StringBuilder csv =
        new StringBuilder("Source server name,Destination server name,Destination port\n");
    csv.append("app-1,db-1,1433\napp-2,db-1,1433\nweb-1,app-1,8080\nweb-1,app-2,8080\n");
    csv.append("app-1,elsewhere,443\ndb-1,app-1,22\n");
    return csv.toString();
  }

  /** Every row of the flow's tables but what numbers and dates it. */
  private static Map<String, String> rows(DiscoveryRuns runs, FlowId flow) {
    Map<String, String> rows = new LinkedHashMap<>();
    Stream.of(
            "discovery_files",
            "discovery_batches",
            "import_errors",
            "staged_assets",
            "staged_edges",
            "assets",
            "asset_edges",
            "dependency_nodes",
            "dependency_reports",
            "findings")
        .forEach(table -> rows.put(table, rows(runs, flow, table)));
    return rows;
  }

  private static String rows(DiscoveryRuns runs, FlowId flow, String table) {
    return runs.stack()
        .database
        .read(handle ->
            handle
                .createQuery(
                    """
                    select coalesce(json_agg(row order by row::text), '[]')::text
                    from (select to_jsonb(t) - '{id,flow_id,upload_id}'::text[] as row
                          from <table> t where flow_id = :flow) r
                    """)
                .define("table", table)
                .bind("flow", flow.value())
                .mapTo(String.class)
                .one());
  }

  /** Stops each of the first runs of the last phase until it has been overtaken. */
  private static final class BeforeTheReport implements StepListener {
    private final Map<Integer, CountDownLatch> held = new ConcurrentHashMap<>();
    private volatile boolean over;

    @Override
    public void beforeEffect(Step step) {
      if (step.phase().equals(DiscoveryFlow.FINALIZATION) && step.run() <= PHASES.size() && !over) {
        try {
          held.computeIfAbsent(step.run(), run -> new CountDownLatch(1)).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    void awaitRun(DiscoveryRuns runs, FlowId id, int run) {
      runs.awaitApproving(id, () -> held.containsKey(run));
    }

    void release(int run) {
      held.getOrDefault(run, new CountDownLatch(1)).countDown();
    }

    void releaseAll() {
      over = true;
    }
  }
}
