package io.skein.discovery.dependencies;

import java.util.List;

/**
 * The analysed graph. All lists are ordered, the same input gives the same report in any order.
 *
 * @param edges resolved edges without repeats and without loops from a node to itself
 * @param selfLoops how many edges from a node to itself were left out
 * @param referencedOnly nodes that an edge names but the inventory does not have
 * @param clusters weakly connected components of two nodes or more, largest first
 * @param cycles strongly connected components of two nodes or more: nodes that depend on each other
 * @param shared nodes that several others depend on, most depended on first
 * @param isolated inventory assets without any edge
 * @param waves migration order: what a wave depends on is in it or in an earlier one
 * @param nodes every node of the graph, by key
 */
public record DependencyReport(
    List<Edge> edges,
    long selfLoops,
    List<ReferencedNode> referencedOnly,
    List<Cluster> clusters,
    List<Cycle> cycles,
    List<SharedNode> shared,
    List<String> isolated,
    List<Wave> waves,
    List<NodePosition> nodes) {

  /** Copies the lists. */
  public DependencyReport {
    edges = List.copyOf(edges);
    referencedOnly = List.copyOf(referencedOnly);
    clusters = List.copyOf(clusters);
    cycles = List.copyOf(cycles);
    shared = List.copyOf(shared);
    isolated = List.copyOf(isolated);
    waves = List.copyOf(waves);
    nodes = List.copyOf(nodes);
  }

  /**
   * A node that is only referred to.
   *
   * @param key key made from the reference
   * @param name the reference as written
   * @param target what kind of asset the references mean
   */
  public record ReferencedNode(String key, String name, Reference.Target target) {}

  /**
   * Nodes connected in whatever direction.
   *
   * @param number 1 for the largest
   * @param assets keys, ordered
   */
  public record Cluster(int number, List<String> assets) {

    /** Copies the list. */
    public Cluster {
      assets = List.copyOf(assets);
    }
  }

  /**
   * Nodes that depend on each other, directly or through others.
   *
   * @param assets keys, ordered
   */
  public record Cycle(List<String> assets) {

    /** Copies the list. */
    public Cycle {
      assets = List.copyOf(assets);
    }
  }

  /**
   * A node on which several others depend.
   *
   * @param asset key
   * @param dependents how many distinct nodes depend on it directly
   */
  public record SharedNode(String asset, int dependents) {}

  /**
   * What moves together.
   *
   * @param wave 1 is first
   * @param assets keys, ordered
   */
  public record Wave(int wave, List<String> assets) {

    /** Copies the list. */
    public Wave {
      assets = List.copyOf(assets);
    }
  }
}
