package io.skein.flows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Who does the phases of all known kinds of flow, and which of them agents do. Immutable. */
final class PhaseHandlers {
  private final Map<Key, PhaseHandler> handlers = new LinkedHashMap<>();
  private final Set<String> byAgents;

  /** A phase has its name within its kind only. */
  private record Key(String kind, String phase) {}

  /**
   * @param byAgents names of phases that agents do
   * @throws IllegalArgumentException when a handler's phase is none of its kind, or one that agents
   *     are to do is not for agents
   */
  PhaseHandlers(List<FlowKind> kinds, KindEnvironment environment, Set<String> byAgents) {
    for (FlowKind kind : kinds) {
      FlowDefinition definition = kind.definition();
      for (PhaseHandler handler : kind.handlers(environment)) {
        String phase = definition.phase(handler.phase()).name();
        handlers.put(new Key(definition.kind(), phase), handler);
      }
    }
    this.byAgents = Set.copyOf(byAgents);
    Set<String> unknown = new TreeSet<>(byAgents);
    unknown.removeAll(forAgents());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("there is no phase " + unknown + " that agents can do");
    }
  }

  /** Empty when this process does not know the flow's kind, or no such phase of it. */
  Optional<PhaseHandler> find(Flow flow, String phase) {
    return Optional.ofNullable(handlers.get(new Key(flow.kind(), phase)));
  }

  /** Whether agents do this phase; it is meant for them, and the settings name it. */
  boolean isByAgents(Flow flow, String phase) {
    return byAgents.contains(phase)
        && find(flow, phase).filter(AgentPhaseHandler.class::isInstance).isPresent();
  }

  /** Names of the phases that are meant for agents, of any kind, whoever does them at present. */
  List<String> forAgents() {
    return handlers.values().stream()
        .filter(AgentPhaseHandler.class::isInstance)
        .map(PhaseHandler::phase)
        .distinct()
        .toList();
  }
}
