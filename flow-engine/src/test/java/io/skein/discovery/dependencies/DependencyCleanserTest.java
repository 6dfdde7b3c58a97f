package io.skein.discovery.dependencies;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.cleansing.SourceRow;
import org.junit.jupiter.api.Test;

class DependencyCleanserTest {

  private static final SourceRow ROW = new SourceRow("edges.csv", 2);

  private final DependencyCleanser cleanser = new DependencyCleanser();

  @Test
  void anApplicationRunsOnAServer() {
    CleanedDependency row =
        cleanser.cleanse(
            new RawDependency(
                ROW, null, null, "crm", null, "web1.x.com", null, null, null, null, "runs on"));

    assertThat(row.edges())
        .containsExactly(
            new NamedEdge(
                Reference.application("crm"),
                Reference.machine("web1.x.com"),
                EdgeKind.RUNS_ON,
                null,
                null));
  }

  @Test
  void hostedOnMeansMachines() {
    CleanedDependency row =
        cleanser.cleanse(
            new RawDependency(
                ROW, null, null, "db1.x.com", null, "virt1", null, null, null, null, "hosted on"));

    assertThat(row.edges())
        .containsExactly(
            new NamedEdge(
                Reference.any("db1.x.com"),
                Reference.machine("virt1"),
                EdgeKind.HOSTED_ON,
                null,
                null));
  }

  @Test
  void serversConnectAndTheirApplicationsRunOnThem() {
    CleanedDependency row =
        cleanser.cleanse(
            new RawDependency(
                ROW,
                "app1",
                null,
                "App1",
                "svchost.exe",
                "db1",
                "10.0.0.5",
                "SQL",
                "sqlservr.exe",
                "1433",
                null));

    assertThat(row.edges())
        .containsExactly(
            new NamedEdge(
                Reference.machine("app1"),
                Reference.machine("db1"),
                EdgeKind.CONNECTS_TO,
                1433,
                "sqlservr.exe"),
            new NamedEdge(
                Reference.application("App1"),
                Reference.machine("app1"),
                EdgeKind.RUNS_ON,
                null,
                null),
            new NamedEdge(
                Reference.application("SQL"),
                Reference.machine("db1"),
                EdgeKind.RUNS_ON,
                null,
                null));
  }

  @Test
  void aBadPortIsReportedAndTheEdgeStays() {
    CleanedDependency row =
        cleanser.cleanse(
            new RawDependency(
                ROW, "a", null, null, null, null, "10.0.0.5", null, null, "70000", null));

    assertThat(row.issues()).extracting(issue -> issue.field()).containsExactly("destination_port");
    assertThat(row.edges()).singleElement().satisfies(edge -> assertThat(edge.port()).isNull());
  }

  @Test
  void oneEndIsNoDependency() {
    CleanedDependency row =
        cleanser.cleanse(
            new RawDependency(ROW, "a", null, null, null, "N/A", null, null, null, null, null));

    assertThat(row.accepted()).isFalse();
    assertThat(row.issues()).hasSize(1);
  }
}
