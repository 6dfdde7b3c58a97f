package io.skein.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.DiscoveryQueries.AssetFilter;
import io.skein.flows.Flow;
import io.skein.flows.FlowStatus;
import io.skein.flows.StepListener;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Every layout that users really uploaded runs to a report, its bad rows told one by one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryLayoutTest {
  private static final AssetFilter ALL = new AssetFilter(null, null, null);
  private static final Path LAYOUTS = Path.of("src/test/resources/layouts");

  private DiscoveryRuns runs;

  @BeforeAll
  void start() {
    runs = new DiscoveryRuns(StepListener.NONE);
  }

  @AfterAll
  void stop() throws Exception {
    runs.close();
  }

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of("assets_40_with_dependencies.csv", 40, 0),
        Arguments.of("assets_baseline.csv", 3, 0),
        Arguments.of("assets_duplicates.csv", 3, 0),
        Arguments.of("dependency_export_with_ports.csv", 5, 0),
        Arguments.of("enterprise_cmdb.csv", 20, 0),
        Arguments.of("small_cmdb.csv", 5, 0),
        Arguments.of("wave_server_list.csv", 8, 0),
        Arguments.of("invalid_cmdb.csv", 3, 3));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void completes(String file, int read, int rejected) throws Exception {
    Flow flow = runs.complete(LAYOUTS.resolve(file));
    assertThat(flow.status()).isEqualTo(FlowStatus.COMPLETED);
    ObjectNode report = runs.queries().report(flow.id()).orElseThrow();
    assertThat(report.at("/rows/read").asInt()).isEqualTo(read);
    assertThat(report.at("/rows/rejected").asInt()).isEqualTo(rejected);
    assertThat(report.at("/rows/accepted").asInt()).isEqualTo(read - rejected);
    List<ObjectNode> errors = runs.queries().importErrors(flow.id(), null, 100).items();
    assertThat(
            errors.stream()
                .filter(error -> error.get("rejected").asBoolean())
                .map(error -> error.get("row").asLong())
                .distinct())
        .hasSize(rejected);
    assertThat(errors).allSatisfy(error -> assertThat(error.get("reason").asString()).isNotBlank());
  }

  @Test
  void theSameAssetsTwiceAreMergedAndTheirConflictsKept() throws Exception {
    Flow flow =
        runs.complete(
            LAYOUTS.resolve("assets_baseline.csv"), LAYOUTS.resolve("assets_duplicates.csv"));
    List<ObjectNode> servers =
        runs.queries().assets(flow.id(), ALL, null, 100).items().stream()
            .filter(asset -> asset.get("hostname").isString())
            .toList();
    assertThat(servers).hasSize(3);
    assertThat(servers)
        .allSatisfy(server -> {
          assertThat(server.get("sources").size()).isEqualTo(2);
          assertThat(server.get("conflicts").size()).isPositive();
        });
  }

  @Test
  @EnabledIfSystemProperty(named = "skein.test.data", matches = ".+")
  void wikimedia() throws Exception {
    Path data = Path.of(System.getProperty("skein.test.data"));
    Flow flow =
        runs.complete(
            data.resolve("wikimedia_servers_2016.csv"),
            data.resolve("wikimedia_app_server_edges_2016.csv"));
    ObjectNode report = runs.queries().report(flow.id()).orElseThrow();
    assertThat(report.at("/rows/read").asInt()).isEqualTo(1_230 + 1_212);
    assertThat(report.at("/rows/rejected").asInt()).isZero();
    // ms-be3004.esams.wmnet is listed twice and is one asset; all of them had ended.
    assertThat(report.at("/lifecycle/ended").asInt()).isEqualTo(1_229);
  }
}
