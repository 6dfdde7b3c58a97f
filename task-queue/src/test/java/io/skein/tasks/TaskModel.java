package io.skein.tasks;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The states of some tasks as they should be, in memory. */
final class TaskModel {
  private final Map<TaskId, ModelledTask> tasks = new LinkedHashMap<>();

  void add(TaskId id, ModelledTask task) {
    tasks.put(id, task);
  }

  ModelledTask get(TaskId id) {
    return Objects.requireNonNull(tasks.get(id));
  }

  Collection<ModelledTask> all() {
    return tasks.values();
  }

  List<TaskId> ids() {
    return List.copyOf(tasks.keySet());
  }

  List<TaskId> ids(Predicate<ModelledTask> which) {
    return tasks.keySet().stream().filter(id -> which.test(get(id))).toList();
  }

  /** The live task of this type with the key. */
  @Nullable TaskId liveWith(@Nullable String unique, String type) {
    return unique == null
        ? null
        : ids(task -> unique.equals(task.unique) && task.type.equals(type) && task.state.live())
            .stream()
            .findFirst()
            .orElse(null);
  }

  /** Ends a task, and frees or cancels those that waited for it. */
  void end(TaskId id, TaskState state) {
    get(id).state = state;
    tasks.forEach((other, waiting) -> {
      if (waiting.needs.remove(id) && waiting.state == TaskState.WAITING) {
        waiting.waitsFor--;
        if (state != TaskState.SUCCEEDED && !waiting.onEnd) {
          end(other, TaskState.CANCELLED);
        } else if (waiting.waitsFor == 0) {
          waiting.state = TaskState.QUEUED;
        }
      }
    });
  }

  /** As {@link ModelledTask#toString} has them. */
  Map<TaskId, String> texts() {
    Map<TaskId, String> texts = new HashMap<>();
    tasks.forEach((id, task) -> texts.put(id, task.toString()));
    return texts;
  }
}
