package io.skein.discovery.dependencies;

import io.skein.discovery.dependencies.DependencyReport.Cluster;
import io.skein.discovery.dependencies.DependencyReport.Cycle;
import io.skein.discovery.dependencies.DependencyReport.Wave;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns the groups of the graph around: for every node the groups that it is in. */
final class NodePositions {
  private final Map<String, Integer> waves = new HashMap<>();
  private final Map<String, Integer> clusters = new HashMap<>();
  private final Map<String, Integer> cycles = new HashMap<>();

  NodePositions(List<Wave> waves, List<Cluster> clusters, List<Cycle> cycles) {
    waves.forEach(wave -> number(this.waves, wave.assets(), wave.wave()));
    clusters.forEach(cluster -> number(this.clusters, cluster.assets(), cluster.number()));
    for (int i = 0; i < cycles.size(); i++) {
      number(this.cycles, cycles.get(i).assets(), i + 1);
    }
  }

  /** In the order of the keys. */
  List<NodePosition> of(Graph graph) {
    int[] dependents = graph.dependents();
    List<NodePosition> positions = new ArrayList<>(graph.size());
    for (int node = 0; node < graph.size(); node++) {
      String key = graph.key(node);
      positions.add(
          new NodePosition(
              key, waves.get(key), clusters.get(key), cycles.get(key), dependents[node]));
    }
    return positions;
  }

  private static void number(Map<String, Integer> numbers, List<String> keys, int number) {
    keys.forEach(key -> numbers.put(key, number));
  }
}
