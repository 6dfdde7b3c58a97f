package io.skein.discovery.dependencies;

import io.skein.discovery.dependencies.DependencyReport.Wave;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Migration order: the longest-path layers of the condensation (the graph whose nodes are the
 * strongly connected components), dependencies first, a cycle whole. Components arrive with
 * dependencies first, so one pass gives each its layer. Nodes outside the inventory take part in
 * the order and are not listed.
 */
final class WavePlan {

  private final Graph graph;
  private final List<int[]> components;
  private final int[] layerOf;

  WavePlan(Graph graph, List<int[]> components) {
    this.graph = graph;
    this.components = components;
    this.layerOf = layers();
  }

  private int[] layers() {
    int[] componentOf = new int[graph.size()];
    for (int c = 0; c < components.size(); c++) {
      for (int node : components.get(c)) {
        componentOf[node] = c;
      }
    }
    int[] layer = new int[components.size()];
    for (int c = 0; c < components.size(); c++) {
      for (int node : components.get(c)) {
        for (int i = graph.firstTarget(node); i < graph.endOfTargets(node); i++) {
          int dependency = componentOf[graph.target(i)];
          if (dependency != c) {
            layer[c] = Math.max(layer[c], layer[dependency] + 1);
          }
        }
      }
    }
    return layer;
  }

  List<Wave> waves(int maxWave) {
    List<List<int[]>> layers = new ArrayList<>();
    for (int c = 0; c < components.size(); c++) {
      int[] owned = Arrays.stream(components.get(c)).filter(graph::isOwned).sorted().toArray();
      while (layers.size() <= layerOf[c]) {
        layers.add(new ArrayList<>());
      }
      if (owned.length > 0) {
        layers.get(layerOf[c]).add(owned);
      }
    }
    List<Wave> waves = new ArrayList<>();
    for (List<int[]> layer : layers) {
      layer.sort(Comparator.comparingInt(members -> members[0]));
      split(layer, maxWave, waves);
    }
    return waves;
  }

  private void split(List<int[]> layer, int maxWave, List<Wave> waves) {
    List<Integer> filling = new ArrayList<>();
    for (int[] members : layer) {
      if (!filling.isEmpty() && filling.size() + members.length > maxWave) {
        close(filling, waves);
      }
      Arrays.stream(members).forEach(filling::add);
    }
    if (!filling.isEmpty()) {
      close(filling, waves);
    }
  }

  private void close(List<Integer> filling, List<Wave> waves) {
    int[] nodes = filling.stream().mapToInt(Integer::intValue).toArray();
    waves.add(new Wave(waves.size() + 1, graph.keysOf(nodes)));
    filling.clear();
  }
}
