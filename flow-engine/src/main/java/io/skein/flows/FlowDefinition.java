package io.skein.flows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The phases of a kind of flow, as a graph in topological order.
 *
 * @param kind for example {@code discovery}
 * @param version recorded in each flow, so that a changed definition can tell old flows apart
 * @param phases each names only earlier ones in {@code after}; the shares add up to 100
 */
public record FlowDefinition(String kind, int version, List<PhaseDefinition> phases) {
  public FlowDefinition {
    phases = List.copyOf(phases);
    Set<String> earlier = new HashSet<>();
    for (PhaseDefinition phase : phases) {
      if (!earlier.containsAll(phase.after()) || !earlier.add(phase.name())) {
        throw new IllegalArgumentException(
            "phase "
                + phase.name()
                + " of "
                + kind
                + " must be new and follow earlier phases only");
      }
    }
    if (phases.stream().mapToInt(PhaseDefinition::share).sum() != 100) {
      throw new IllegalArgumentException("the shares of " + kind + " must add up to 100");
    }
  }

  /**
   * @throws IllegalArgumentException when the kind has no such phase
   */
  public PhaseDefinition phase(String name) {
    return phases.stream()
        .filter(phase -> phase.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(kind + " has no phase " + name));
  }

  /** A phase and every one that builds on it, in their order. */
  List<PhaseDefinition> from(String name) {
    Set<String> reached = new HashSet<>(Set.of(phase(name).name()));
    return phases.stream()
        .filter(phase -> {
          if (phase.after().stream().anyMatch(reached::contains)) {
            reached.add(phase.name());
          }
          return reached.contains(phase.name());
        })
        .toList();
  }

  /** Phases that may start, given the state of all of them. */
  List<PhaseDefinition> ready(List<PhaseState> states) {
    Set<String> completed = new HashSet<>();
    Set<String> pending = new HashSet<>();
    for (PhaseState state : states) {
      if (state.status() == PhaseStatus.COMPLETED) {
        completed.add(state.phase());
      } else if (state.status() == PhaseStatus.PENDING) {
        pending.add(state.phase());
      }
    }
    return phases.stream()
        .filter(phase -> pending.contains(phase.name()) && completed.containsAll(phase.after()))
        .toList();
  }

  /** Progress of the flow in percent: the shares of what has completed. */
  int progress(List<PhaseState> states) {
    return states.stream()
        .filter(state -> state.status() == PhaseStatus.COMPLETED)
        .mapToInt(state -> phase(state.phase()).share())
        .sum();
  }
}
