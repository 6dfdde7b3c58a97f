package io.skein.discovery.dependencies;

import io.skein.discovery.cleansing.RowIssue;
import java.util.List;

/**
 * What became of one row of a dependency list.
 *
 * @param edges the dependencies that it states; empty when the row is rejected
 * @param issues every cell that could not be used as it stands
 */
public record CleanedDependency(List<NamedEdge> edges, List<RowIssue> issues) {

  /** Copies the lists. */
  public CleanedDependency {
    edges = List.copyOf(edges);
    issues = List.copyOf(issues);
  }

  /** Whether the row stated a dependency. */
  public boolean accepted() {
    return !edges.isEmpty();
  }
}
