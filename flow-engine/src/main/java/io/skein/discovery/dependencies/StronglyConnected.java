package io.skein.discovery.dependencies;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Strongly connected components after R. Tarjan, "Depth-first search and linear graph algorithms",
 * SIAM Journal on Computing 1 (1972), with the recursion unrolled onto an array so that a chain of
 * 100,000 nodes needs no call stack. Components come out with dependencies first: every edge that
 * leaves a component leads to one that came out before it.
 */
final class StronglyConnected {

  private static final int UNSEEN = -1;

  private final Graph graph;
  private final int[] order;
  private final int[] low;
  private final boolean[] open;
  private final int[] component;
  private final int[] path;
  private final int[] nextEdge;
  private final List<int[]> found = new ArrayList<>();
  private int seen;
  private int openCount;

  private StronglyConnected(Graph graph) {
    this.graph = graph;
    int size = graph.size();
    order = new int[size];
    Arrays.fill(order, UNSEEN);
    low = new int[size];
    open = new boolean[size];
    component = new int[size];
    path = new int[size];
    nextEdge = new int[size];
  }

  static List<int[]> componentsOf(Graph graph) {
    StronglyConnected search = new StronglyConnected(graph);
    for (int node = 0; node < graph.size(); node++) {
      if (search.order[node] == UNSEEN) {
        search.explore(node);
      }
    }
    return search.found;
  }

  private void explore(int root) {
    int depth = 0;
    path[0] = root;
    enter(root);
    while (depth >= 0) {
      int node = path[depth];
      if (nextEdge[node] < graph.endOfTargets(node)) {
        int target = graph.target(nextEdge[node]++);
        if (order[target] == UNSEEN) {
          path[++depth] = target;
          enter(target);
        } else if (open[target]) {
          low[node] = Math.min(low[node], order[target]);
        }
      } else {
        if (low[node] == order[node]) {
          close(node);
        }
        depth--;
        if (depth >= 0) {
          low[path[depth]] = Math.min(low[path[depth]], low[node]);
        }
      }
    }
  }

  private void enter(int node) {
    order[node] = seen;
    low[node] = seen;
    seen++;
    open[node] = true;
    component[openCount++] = node;
    nextEdge[node] = graph.firstTarget(node);
  }

  private void close(int root) {
    int first = openCount;
    int node;
    do {
      node = component[--first];
      open[node] = false;
    } while (node != root);
    found.add(Arrays.copyOfRange(component, first, openCount));
    openCount = first;
  }
}
