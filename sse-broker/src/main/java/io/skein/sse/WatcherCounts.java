package io.skein.sse;

import java.util.Map;

/**
 * How many streams chose a flow.
 *
 * @param instances streams by instance, of those that have any
 * @param complete false while Redis is away: then this instance's own alone are here
 */
public record WatcherCounts(Map<String, Integer> instances, boolean complete) {

  /** Watchers on all instances. */
  public int watchers() {
    return instances.values().stream().mapToInt(Integer::intValue).sum();
  }
}
