package io.skein.discovery.dependencies;

/**
 * What the analysis counts as shared, and how much may move at once.
 *
 * @param sharedFrom a node is shared from this many distinct dependents on; at least 2
 * @param maxWave most assets in a wave; a cycle that is larger makes a wave of its own
 */
public record DependencyLimits(int sharedFrom, int maxWave) {

  /** Refuses limits that mean nothing. */
  public DependencyLimits {
    if (sharedFrom < 2 || maxWave < 1) {
      throw new IllegalArgumentException(
          "sharedFrom must be at least 2 and maxWave at least 1, not "
              + sharedFrom
              + " and "
              + maxWave);
    }
  }

  /** Shared from two dependents on, at most 250 assets in a wave. */
  public static DependencyLimits standard() {
    return new DependencyLimits(2, 250);
  }
}
