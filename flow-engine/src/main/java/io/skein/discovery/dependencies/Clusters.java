package io.skein.discovery.dependencies;

import io.skein.discovery.dependencies.DependencyReport.Cluster;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Weakly connected components by disjoint sets with union by lower number and path halving (R.
 * Tarjan and J. van Leeuwen, "Worst-case analysis of set union algorithms", JACM 31, 1984).
 */
final class Clusters {

  private final int[] parent;

  private Clusters(int size) {
    parent = new int[size];
    for (int node = 0; node < size; node++) {
      parent[node] = node;
    }
  }

  static List<Cluster> of(Graph graph) {
    Clusters sets = new Clusters(graph.size());
    for (int node = 0; node < graph.size(); node++) {
      for (int i = graph.firstTarget(node); i < graph.endOfTargets(node); i++) {
        sets.unite(node, graph.target(i));
      }
    }
    return sets.collect(graph);
  }

  private List<Cluster> collect(Graph graph) {
    Map<Integer, List<String>> members = new TreeMap<>();
    for (int node = 0; node < parent.length; node++) {
      members.computeIfAbsent(root(node), any -> new ArrayList<>()).add(graph.key(node));
    }
    List<List<String>> clusters = new ArrayList<>();
    for (List<String> each : members.values()) {
      if (each.size() > 1) {
        clusters.add(each);
      }
    }
    clusters.sort(
        Comparator.comparingInt((List<String> each) -> each.size())
            .reversed()
            .thenComparing(List::getFirst));
    List<Cluster> numbered = new ArrayList<>();
    for (List<String> each : clusters) {
      numbered.add(new Cluster(numbered.size() + 1, each));
    }
    return numbered;
  }

  private void unite(int left, int right) {
    int leftRoot = root(left);
    int rightRoot = root(right);
    if (leftRoot < rightRoot) {
      parent[rightRoot] = leftRoot;
    } else {
      parent[leftRoot] = rightRoot;
    }
  }

  private int root(int node) {
    int current = node;
    while (parent[current] != current) {
      parent[current] = parent[parent[current]];
      current = parent[current];
    }
    return current;
  }
}
