package io.skein.sse;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events a client wants. What it does not want still moves its cursor. Immutable.
 *
 * @param types of events; empty for all
 * @param phases of events and of agents' progress; empty for all, and for those without a phase
 */
public record EventFilter(Set<String> types, Set<String> phases) {
  /** Every event. */
  public static final EventFilter ALL = new EventFilter(Set.of(), Set.of());

  /** The most names of each kind. */
  public static final int MAX_NAMES = 50;

  /** The longest name, in characters. */
  public static final int LONGEST_NAME = 200;

  /**
   * @throws IllegalArgumentException when there are too many names, or one is empty or too long
   */
  public EventFilter {
    types = checked("types", types);
    phases = checked("phases", phases);
  }

  boolean takes(String type, @Nullable String phase) {
    return (types.isEmpty() || types.contains(type)) && takesPhase(phase);
  }

  boolean takesPhase(@Nullable String phase) {
    return phases.isEmpty() || (phase != null && phases.contains(phase));
  }

  private static Set<String> checked(String what, Set<String> names) {
    if (names.size() > MAX_NAMES) {
      throw new IllegalArgumentException(what + " has at most " + MAX_NAMES + " names");
    }
    if (names.stream().anyMatch(name -> name.isEmpty() || name.length() > LONGEST_NAME)) {
      throw new IllegalArgumentException(
          "a name in " + what + " has 1 to " + LONGEST_NAME + " characters");
    }
    return Set.copyOf(names);
  }
}
