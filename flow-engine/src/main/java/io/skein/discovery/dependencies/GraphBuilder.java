package io.skein.discovery.dependencies;

import io.skein.discovery.dependencies.DependencyReport.Cluster;
import io.skein.discovery.dependencies.DependencyReport.Cycle;
import io.skein.discovery.dependencies.DependencyReport.ReferencedNode;
import io.skein.discovery.dependencies.DependencyReport.Wave;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects edges and analyses the graph that they make. Add every asset to the resolver first. Not
 * safe for use by several threads.
 */
public final class GraphBuilder {

  private final AssetResolver resolver;
  private final Map<Edge, Edge> edges = new HashMap<>();
  private final Map<String, ReferencedNode> referencedOnly = new TreeMap<>();
  private final Set<Edge> loops = new HashSet<>();

  /** Starts a graph of the assets that the resolver knows. */
  public GraphBuilder(AssetResolver resolver) {
    this.resolver = resolver;
  }

  /** Adds an edge; a repeated one counts once, one from a node to itself is only counted. */
  public void add(NamedEdge named) {
    String from = keyOf(named.from());
    String to = keyOf(named.to());
    Edge edge = new Edge(from, to, named.kind(), named.port(), named.process());
    if (from.equals(to)) {
      loops.add(edge);
    } else {
      edges.putIfAbsent(edge, edge);
    }
  }

  private String keyOf(Reference reference) {
    String key = resolver.resolve(reference);
    if (key != null) {
      return key;
    }
    String made =
        switch (reference.target()) {
              case APPLICATION -> "reference:application:";
              case MACHINE, ANY -> "reference:";
            }
            + AssetResolver.normal(reference.text());
    referencedOnly.merge(
        made,
        new ReferencedNode(made, reference.text(), reference.target()),
        GraphBuilder::clearer);
    return made;
  }

  /** The narrower target and the lower text, whatever came first. */
  private static ReferencedNode clearer(ReferencedNode left, ReferencedNode right) {
    Reference.Target target =
        left.target() == Reference.Target.ANY ? right.target() : left.target();
    String name = left.name().compareTo(right.name()) <= 0 ? left.name() : right.name();
    return new ReferencedNode(left.key(), name, target);
  }

  /** Analyses what was added so far: time and memory linear in nodes and edges, but for sorting. */
  public DependencyReport analyse(DependencyLimits limits) {
    List<Edge> sorted = new ArrayList<>(edges.values());
    sorted.sort(null);
    Graph graph = Graph.of(resolver.keys(), referencedOnly.keySet(), sorted);
    List<int[]> components = StronglyConnected.componentsOf(graph);
    List<Cluster> clusters = Clusters.of(graph);
    List<Cycle> cycles = graph.cycles(components);
    List<Wave> waves = new WavePlan(graph, components).waves(limits.maxWave());
    return new DependencyReport(
        sorted,
        loops.size(),
        List.copyOf(referencedOnly.values()),
        clusters,
        cycles,
        graph.shared(limits.sharedFrom()),
        graph.isolated(),
        waves,
        new NodePositions(waves, clusters, cycles).of(graph));
  }
}
