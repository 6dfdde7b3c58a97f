package io.skein.api.tasks;

import io.skein.flows.FlowEngine;
import io.skein.tasks.TaskHandler;
import java.util.Set;
import java.util.stream.Collectors;

/** The types of tasks that are steps of flows: only the engine may enqueue, claim or end them. */
final class FlowTypes {
  private final Set<String> types;

  FlowTypes(FlowEngine engine) {
    this.types =
        engine.taskHandlers().stream()
            .map(TaskHandler::type)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * @throws IllegalArgumentException when it is one of them
   */
  void refuse(String type) {
    if (types.contains(type)) {
      throw new IllegalArgumentException(
          "tasks of type " + type + " are steps of flows; only Skein's own workers run them");
    }
  }
}
