package io.skein.api.tasks;

import io.skein.tasks.Attempt;
import io.skein.tasks.Task;
import io.skein.tasks.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** Tasks in JSON. Thread safe. */
final class TaskNodes {
  private final JsonMapper json;

  TaskNodes(JsonMapper json) {
    this.json = json;
  }

  /** Everything that is known of a task. */
  ObjectNode whole(Task task) {
    ObjectNode node = line(task);
    node.put("correlationId", task.correlation()).put("traceparent", task.traceparent());
    node.put("uniqueKey", task.uniqueKey()).put("concurrencyKey", task.concurrencyKey());
    node.put("waitsFor", task.waitsFor());
    putJson(node, "payload", task.payload());
    putJson(node, "details", task.details());
    putJson(node, "result", task.result());
    node.put("log", task.log());
    return node;
  }

  /** What a list shows: what may be large is left out. */
  ObjectNode line(Task task) {
    ObjectNode node = json.createObjectNode();
    node.put("taskId", task.id().toString());
    node.put("flowId", task.flow() == null ? null : task.flow().toString());
    node.put("queue", task.queue()).put("type", task.type()).put("tenant", task.tenant());
    node.put("state", text(task.state())).put("priority", text(task.priority()));
    node.put("attempt", task.attempt()).put("maxAttempts", task.retries().maxAttempts());
    node.put("crashes", task.crashes()).put("worker", task.worker());
    node.put("progress", task.progress()).put("error", task.error());
    node.put("createdAt", task.createdAt().toString());
    node.put("runAt", task.runAt().toString());
    node.put("startedAt", text(task.startedAt()));
    node.put("finishedAt", text(task.finishedAt()));
    return node;
  }

  ObjectNode node(Attempt attempt) {
    ObjectNode node = json.createObjectNode();
    node.put("attempt", attempt.attempt()).put("worker", attempt.worker());
    node.put("startedAt", text(attempt.startedAt())).put("endedAt", text(attempt.endedAt()));
    node.put("outcome", attempt.outcome()).put("error", attempt.error()).put("log", attempt.log());
    return node;
  }

  static void counts(ObjectNode node, Map<TaskState, Long> counts) {
    for (TaskState state : TaskState.values()) {
      if (state.live()) {
        node.put(text(state), counts.getOrDefault(state, 0L));
      }
    }
  }

  /**
   * Puts what PostgreSQL holds as JSON, as it is: it takes longer numbers and deeper nesting than
   * are read here, and one such task must not keep the others from being shown or handed out.
   */
  static void putJson(ObjectNode node, String field, @Nullable String json) {
    if (json == null) {
      node.putNull(field);
    } else {
      node.putRawValue(field, new RawValue(json));
    }
  }

  /** A state, a priority or the like, in lower case. */
  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
