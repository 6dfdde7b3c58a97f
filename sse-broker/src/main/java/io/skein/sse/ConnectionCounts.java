package io.skein.sse;

import java.util.Map;

/**
 * How much is watched in a tenant.
 *
 * @param instances connections by instance, of those that have any
 * @param users different users
 * @param flows different flows that were chosen
 * @param complete as in {@link ConnectionPage}
 */
public record ConnectionCounts(
    Map<String, Integer> instances, int users, int flows, boolean complete) {

  /** Connections of all instances. */
  public int connections() {
    return instances.values().stream().mapToInt(Integer::intValue).sum();
  }
}
