package io.skein.tasks;

import java.util.List;
import java.util.Set;

/**
 * A worker in another process and perhaps another language, which speaks HTTP. Immutable.
 *
 * @param name new with each start of its process, so that a successor is somebody else
 * @param queues whose tasks it takes, 1 to 50
 * @param types that it can run, 1 to 200
 * @param build what is deployed there
 */
public record RemoteWorker(String name, List<String> queues, Set<String> types, String build) {
  private static final int LONGEST = 200;
  private static final int MOST_QUEUES = 50;
  private static final int MOST_TYPES = 200;

  /** So that no worker with an advisory lock has the same. */
  private static final String PREFIX = "http/";

  /**
   * @throws IllegalArgumentException when something is missing or too long, in words for people
   */
  public RemoteWorker {
    queues = List.copyOf(queues);
    types = Set.copyOf(types);
    check("worker", name);
    check("build", build);
    queues.forEach(queue -> check("a queue", queue));
    types.forEach(type -> check("a type", type));
    if (queues.isEmpty() || queues.size() > MOST_QUEUES) {
      throw new IllegalArgumentException("a worker names 1 to " + MOST_QUEUES + " queues");
    }
    if (types.isEmpty() || types.size() > MOST_TYPES) {
      throw new IllegalArgumentException("a worker names 1 to " + MOST_TYPES + " types");
    }
  }

  /** How it stands in the tasks that it runs. */
  String identity() {
    return PREFIX + name;
  }

  private static void check(String what, String text) {
    if (text.isBlank() || text.length() > LONGEST || text.indexOf('\u0000') >= 0) {
      throw new IllegalArgumentException(
          what + " has 1 to " + LONGEST + " characters, none of them NUL");
    }
  }
}
