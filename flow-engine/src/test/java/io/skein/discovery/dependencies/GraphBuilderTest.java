package io.skein.discovery.dependencies;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.dependencies.DependencyReport.Wave;
import io.skein.discovery.inventory.AssetType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {

  private static AssetNode host(String name) {
    return new AssetNode("host:" + name, AssetType.SERVER, name, null, null, null, List.of());
  }

  private static NamedEdge edge(String from, String to) {
    return new NamedEdge(Reference.any(from), Reference.any(to), EdgeKind.DEPENDS_ON, null, null);
  }

  private static DependencyReport analyse(
      List<AssetNode> nodes, List<NamedEdge> edges, int maxWave) {
    AssetResolver resolver = new AssetResolver();
    nodes.forEach(resolver::add);
    GraphBuilder builder = new GraphBuilder(resolver);
    edges.forEach(builder::add);
    return builder.analyse(new DependencyLimits(2, maxWave));
  }

  @Test
  void ordersAnalysesAndCounts() {
    List<AssetNode> nodes =
        List.of(host("web"), host("app"), host("db"), host("a"), host("b"), host("alone"));
    List<NamedEdge> edges =
        List.of(
            edge("web", "app"),
            edge("WEB.", "app"),
            edge("app", "db"),
            edge("web", "db"),
            edge("a", "b"),
            edge("b", "a"),
            edge("a", "a"),
            edge("app", "mainframe"));

    DependencyReport report = analyse(nodes, edges, 100);

    assertThat(report.edges()).hasSize(6);
    assertThat(report.selfLoops()).isEqualTo(1);
    assertThat(report.referencedOnly())
        .extracting(node -> node.name())
        .containsExactly("mainframe");
    assertThat(report.cycles())
        .extracting(cycle -> cycle.assets())
        .containsExactly(List.of("host:a", "host:b"));
    assertThat(report.clusters())
        .extracting(cluster -> cluster.assets().size())
        .containsExactly(4, 2);
    assertThat(report.shared()).extracting(node -> node.asset()).containsExactly("host:db");
    assertThat(report.isolated()).containsExactly("host:alone");
    assertThat(report.waves())
        .containsExactly(
            new Wave(1, List.of("host:a", "host:alone", "host:b", "host:db")),
            new Wave(2, List.of("host:app")),
            new Wave(3, List.of("host:web")));
  }

  @Test
  void theOrderOfInputDoesNotMatter() {
    Random random = new Random(7);
    List<AssetNode> nodes = new ArrayList<>();
    List<NamedEdge> edges = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      nodes.add(host("n" + i));
    }
    for (int i = 0; i < 300; i++) {
      edges.add(edge("n" + random.nextInt(220), "n" + random.nextInt(220)));
    }
    DependencyReport first = analyse(nodes, edges, 30);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(nodes, random);
      Collections.shuffle(edges, random);
      assertThat(analyse(nodes, edges, 30)).isEqualTo(first);
    }
  }

  /** Checked against the definition: two nodes are in one cycle when each reaches the other. */
  @Test
  void cyclesAndWavesHoldOnRandomGraphs() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      int size = 2 + random.nextInt(14);
      List<AssetNode> nodes = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        nodes.add(host(String.format("n%02d", i)));
      }
      boolean[][] reach = new boolean[size][size];
      List<NamedEdge> edges = new ArrayList<>();
      for (int i = random.nextInt(3 * size); i > 0; i--) {
        int from = random.nextInt(size);
        int to = random.nextInt(size);
        reach[from][to] |= from != to;
        edges.add(edge(String.format("n%02d", from), String.format("n%02d", to)));
      }
      for (int k = 0; k < size; k++) {
        for (int i = 0; i < size; i++) {
          for (int j = 0; j < size; j++) {
            reach[i][j] |= reach[i][k] && reach[k][j];
          }
        }
      }
      verify(analyse(nodes, edges, 1 + random.nextInt(5)), reach);
    }
  }

  private static void verify(DependencyReport report, boolean[][] reach) {
    Map<Integer, Integer> cycleOf = new HashMap<>();
    for (int c = 0; c < report.cycles().size(); c++) {
      for (String key : report.cycles().get(c).assets()) {
        cycleOf.put(Integer.parseInt(key.substring(6)), c);
      }
    }
    Map<Integer, Integer> waveOf = new HashMap<>();
    report
        .waves()
        .forEach(wave ->
            wave.assets()
                .forEach(key -> waveOf.put(Integer.parseInt(key.substring(6)), wave.wave())));
    assertThat(waveOf).hasSize(reach.length);
    for (int i = 0; i < reach.length; i++) {
      for (int j = 0; j < reach.length; j++) {
        boolean together = i != j && reach[i][j] && reach[j][i];
        boolean inOneCycle =
            i != j && cycleOf.containsKey(i) && Objects.equals(cycleOf.get(i), cycleOf.get(j));
        assertThat(inOneCycle).isEqualTo(together);
        if (reach[i][j]) {
          assertThat(waveOf.get(i)).isGreaterThanOrEqualTo(waveOf.get(j));
          assertThat(Objects.equals(waveOf.get(i), waveOf.get(j))).isEqualTo(together || i == j);
        }
      }
    }
  }

  @Test
  void aChainOfHundredThousandAndAsManyRandomEdges() {
    int size = 100_000;
    AssetResolver resolver = new AssetResolver();
    for (int i = 0; i < size; i++) {
      resolver.add(host("node" + i));
    }
    GraphBuilder chain = new GraphBuilder(resolver);
    for (int i = 1; i < size; i++) {
      chain.add(edge("node" + i, "node" + (i - 1)));
    }
    GraphBuilder random = new GraphBuilder(resolver);
    Random numbers = new Random(3);
    for (int i = 0; i < size; i++) {
      random.add(edge("node" + numbers.nextInt(size), "node" + numbers.nextInt(size)));
    }
    long start = System.nanoTime();
    DependencyReport longest = chain.analyse(DependencyLimits.standard());
    DependencyReport dense = random.analyse(DependencyLimits.standard());
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(longest.waves()).hasSize(size);
    assertThat(dense.edges()).hasSizeGreaterThan(99_000);
    // 0.4 to 1.0 s of CPU each in a heap of 128 MB; the bound only tells linear from quadratic.
    assertThat(took).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void resolvesByEveryNameTheStrongestFirst() {
    AssetResolver resolver = new AssetResolver();
    resolver.add(
        new AssetNode(
            "host:db1.a.com",
            AssetType.SERVER,
            "db1",
            "db1.a.com",
            "SRV001",
            "Orders DB",
            List.of("10.0.0.1")));
    resolver.add(
        new AssetNode(
            "host:db1.b.com", AssetType.SERVER, "db1", "db1.b.com", null, null, List.of()));
    resolver.add(new AssetNode("host:web1", AssetType.SERVER, "web1", null, null, null, List.of()));
    resolver.add(
        new AssetNode("name:crm", AssetType.APPLICATION, null, null, null, "CRM", List.of()));
    resolver.add(new AssetNode("host:crm", AssetType.SERVER, "crm", null, null, null, List.of()));

    assertThat(resolver.resolve(Reference.any("DB1.b.com."))).isEqualTo("host:db1.b.com");
    assertThat(resolver.resolve(Reference.any("srv001"))).isEqualTo("host:db1.a.com");
    assertThat(resolver.resolve(Reference.any("orders db"))).isEqualTo("host:db1.a.com");
    assertThat(resolver.resolve(Reference.any("10.0.0.1"))).isEqualTo("host:db1.a.com");
    assertThat(resolver.resolve(Reference.machine("web1.anywhere.com"))).isEqualTo("host:web1");
    assertThat(resolver.resolve(Reference.machine("db1.c.com"))).as("another domain").isNull();
    assertThat(resolver.resolve(Reference.application("crm"))).isEqualTo("name:crm");
    assertThat(resolver.resolve(Reference.machine("crm"))).isEqualTo("host:crm");
    assertThat(resolver.resolve(Reference.application("db1"))).isNull();
  }
}
