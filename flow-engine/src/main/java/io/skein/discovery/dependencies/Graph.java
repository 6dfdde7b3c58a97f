package io.skein.discovery.dependencies;

import io.skein.discovery.dependencies.DependencyReport.Cycle;
import io.skein.discovery.dependencies.DependencyReport.SharedNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A directed graph in compressed rows: the targets of node n stand in {@code targets} from {@code
 * start[n]} to {@code start[n + 1]}, ascending and without repeats. Nodes are numbered by their
 * keys' order, so ascending numbers are ascending keys.
 */
final class Graph {

  private final String[] keys;
  private final boolean[] owned;
  private final int[] start;
  private final int[] targets;

  private Graph(String[] keys, boolean[] owned, int[] start, int[] targets) {
    this.keys = keys;
    this.owned = owned;
    this.start = start;
    this.targets = targets;
  }

  /**
   * Builds the graph.
   *
   * @param assets keys of the inventory's assets
   * @param others keys of nodes that are only referred to
   * @param edges sorted, so that edges of one pair stand together; no loops
   */
  static Graph of(Collection<String> assets, Collection<String> others, List<Edge> edges) {
    TreeSet<String> names = new TreeSet<>(assets);
    names.addAll(others);
    String[] keys = names.toArray(String[]::new);
    Map<String, Integer> number = HashMap.newHashMap(keys.length);
    for (int i = 0; i < keys.length; i++) {
      number.put(keys[i], i);
    }
    boolean[] owned = new boolean[keys.length];
    assets.forEach(key -> owned[number.getOrDefault(key, -1)] = true);
    int[] start = new int[keys.length + 1];
    int[] targets = new int[edges.size()];
    int count = 0;
    int previousFrom = -1;
    int previousTo = -1;
    for (Edge edge : edges) {
      int from = number.getOrDefault(edge.from(), -1);
      int to = number.getOrDefault(edge.to(), -1);
      if (from != previousFrom || to != previousTo) {
        targets[count++] = to;
        start[from + 1]++;
      }
      previousFrom = from;
      previousTo = to;
    }
    for (int i = 0; i < keys.length; i++) {
      start[i + 1] += start[i];
    }
    return new Graph(keys, owned, start, Arrays.copyOf(targets, count));
  }

  int size() {
    return keys.length;
  }

  String key(int node) {
    return keys[node];
  }

  /** Whether the inventory has the node. */
  boolean isOwned(int node) {
    return owned[node];
  }

  int firstTarget(int node) {
    return start[node];
  }

  int endOfTargets(int node) {
    return start[node + 1];
  }

  int target(int index) {
    return targets[index];
  }

  List<String> keysOf(int[] nodes) {
    return Arrays.stream(nodes).sorted().mapToObj(node -> keys[node]).toList();
  }

  List<Cycle> cycles(List<int[]> components) {
    return components.stream()
        .filter(component -> component.length > 1)
        .map(component -> new Cycle(keysOf(component)))
        .sorted(Comparator.comparing(cycle -> cycle.assets().getFirst()))
        .toList();
  }

  List<SharedNode> shared(int from) {
    int[] dependents = dependents();
    List<SharedNode> shared = new ArrayList<>();
    for (int node = 0; node < keys.length; node++) {
      if (dependents[node] >= from) {
        shared.add(new SharedNode(keys[node], dependents[node]));
      }
    }
    shared.sort(
        Comparator.comparingInt(SharedNode::dependents)
            .reversed()
            .thenComparing(SharedNode::asset));
    return shared;
  }

  List<String> isolated() {
    int[] dependents = dependents();
    List<String> isolated = new ArrayList<>();
    for (int node = 0; node < keys.length; node++) {
      if (owned[node] && dependents[node] == 0 && start[node] == start[node + 1]) {
        isolated.add(keys[node]);
      }
    }
    return isolated;
  }

  /** How many distinct nodes depend on each node directly. */
  int[] dependents() {
    int[] dependents = new int[keys.length];
    for (int target : targets) {
      dependents[target]++;
    }
    return dependents;
  }
}
