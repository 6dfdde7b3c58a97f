package io.skein.tasks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;

/**
 * Where the last claims ended, by queue and lane, while there is more than fits. Not thread safe.
 */
final class Backlog {
  private final Map<String, Map<String, Place>> byQueue = new HashMap<>();

  /** The last task that was claimed of a lane, in the order of claims. */
  record Place(String lane, Task last) {
    static Place of(Run run) {
      String tenant = run.task().tenant();
      return new Place(tenant == null ? "" : tenant, run.task());
    }

    /** The later one; ids as PostgreSQL compares them, which is as their texts. */
    static Place later(Place one, Place other) {
      int order = one.last.priority().compareTo(other.last.priority());
      if (order == 0) {
        order = one.last.runAt().compareTo(other.last.runAt());
      }
      if (order == 0) {
        order = one.last.id().toString().compareTo(other.last.id().toString());
      }
      return order >= 0 ? one : other;
    }
  }

  /**
   * A claim from the start of a queue has ended.
   *
   * @param runs what it got; empty when there is no more
   */
  void begin(String queue, List<Run> runs) {
    byQueue.remove(queue);
    goOn(queue, runs);
  }

  /** A claim has gone on. Lanes that gave nothing are left to the next claim from the start. */
  void goOn(String queue, List<Run> runs) {
    Map<String, Place> places = new HashMap<>();
    for (Run run : runs) {
      Place place = Place.of(run);
      places.merge(place.lane(), place, Place::later);
    }
    byQueue.put(queue, places);
  }

  /** Empty when the next claim must be from the start. */
  List<Place> places(String queue) {
    return List.copyOf(byQueue.getOrDefault(queue, Map.of()).values());
  }

  static Query bind(List<Place> places, Query query) {
    return query
        .bindArray(
            "priorities",
            Integer.class,
            places.stream().map(place -> place.last().priority().level()).toList())
        .bindArray(
            "times",
            String.class,
            places.stream().map(place -> place.last().runAt().toString()).toList())
        .bindArray(
            "ids", UUID.class, places.stream().map(place -> place.last().id().value()).toList());
  }
}
