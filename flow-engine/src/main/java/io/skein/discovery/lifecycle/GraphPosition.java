package io.skein.discovery.lifecycle;

/**
 * What the dependency graph says of an asset.
 *
 * @param known whether the graph was analysed; without it the numbers mean nothing
 * @param dependents how many distinct nodes depend on it
 * @param inCycle whether it depends on itself through others
 */
public record GraphPosition(boolean known, int dependents, boolean inCycle) {

  /** For when the graph is not analysed yet. */
  public static GraphPosition unknown() {
    return new GraphPosition(false, 0, false);
  }

  /** The position in an analysed graph. */
  public static GraphPosition of(int dependents, boolean inCycle) {
    return new GraphPosition(true, dependents, inCycle);
  }
}
