package io.skein.api.tasks;

import io.skein.flows.FlowEngine;
import io.skein.tasks.TaskHandler;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** The types of tasks that are steps of flows: only the engine may enqueue, claim or end them. */
final class FlowTypes {
  private final Set<String> types;
  private final Set<String> ofAgents;

  FlowTypes(FlowEngine engine) {
    this.types = types(engine.taskHandlers());
    this.ofAgents = types(engine.agentPhases());
  }

  /**
   * @throws IllegalArgumentException when it is one of them
   */
  void refuseToEnqueue(String type) {
    if (types.contains(type)) {
      throw new IllegalArgumentException("tasks of type " + type + " are steps of flows");
    }
  }

  /**
   * @throws IllegalArgumentException when it is one that agents do not do
   */
  void refuseToClaim(String type) {
    if (types.contains(type) && !ofAgents.contains(type)) {
      throw new IllegalArgumentException(
          "tasks of type " + type + " are steps of flows; only Skein's own workers run them");
    }
  }

  private static Set<String> types(Collection<? extends TaskHandler> handlers) {
    return handlers.stream().map(TaskHandler::type).collect(Collectors.toUnmodifiableSet());
  }
}
