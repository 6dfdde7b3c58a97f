package io.skein.discovery.dependencies;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A dependency between two nodes of the graph, both given by key.
 *
 * @param from who depends
 * @param to on whom
 * @param kind how
 * @param port destination port, or null
 * @param process process or service at the destination, or null
 */
public record Edge(
    String from, String to, EdgeKind kind, @Nullable Integer port, @Nullable String process)
    implements Comparable<Edge> {

  private static final Comparator<Edge> ORDER =
      Comparator.comparing(Edge::from)
          .thenComparing(Edge::to)
          .thenComparing(Edge::kind)
          .thenComparing(Edge::port, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Edge::process, Comparator.nullsFirst(Comparator.naturalOrder()));

  @Override
  public int compareTo(Edge other) {
    return ORDER.compare(this, other);
  }
}
