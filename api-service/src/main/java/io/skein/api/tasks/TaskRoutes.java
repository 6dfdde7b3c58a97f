package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.Owner;
import io.skein.tasks.Task;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Shows a task of one of the caller's flows. */
public final class TaskRoutes {
  private final FlowEngine engine;
  private final TaskQueue tasks;
  private final JsonMapper json;

  public TaskRoutes(FlowEngine engine, TaskQueue tasks, JsonMapper json) {
    this.engine = engine;
    this.tasks = tasks;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/tasks/{task}", this::show);
  }

  private void show(Context context) {
    TaskId id = new TaskId(PathIds.uuid(context, "task"));
    Task task =
        tasks
            .find(id)
            .filter(found -> owned(Owners.of(context), found))
            .orElseThrow(() ->
                Problem.of(
                        ProblemType.NOT_FOUND,
                        "There is no such task of a flow in this account and engagement.")
                    .exception());
    FlowReadRoutes.answer(context, json.writeValueAsBytes(node(task)));
  }

  private boolean owned(Owner owner, Task task) {
    UUID flow = task.flow();
    return owner.tenant().equals(task.tenant())
        && flow != null
        && engine.find(owner, new FlowId(flow)).isPresent();
  }

  private ObjectNode node(Task task) {
    ObjectNode node = json.createObjectNode();
    node.put("taskId", task.id().toString());
    node.put("flowId", task.flow() == null ? null : task.flow().toString());
    node.put("queue", task.queue()).put("type", task.type());
    node.put("state", task.state().toString().toLowerCase(Locale.ROOT));
    node.put("attempt", task.attempt()).put("maxAttempts", task.retries().maxAttempts());
    node.put("crashes", task.crashes()).put("worker", task.worker());
    node.set("payload", json.readTree(task.payload()));
    node.set("result", task.result() == null ? json.nullNode() : json.readTree(task.result()));
    node.put("error", task.error());
    node.put("createdAt", task.createdAt().toString());
    node.put("runAt", task.runAt().toString());
    node.put("startedAt", text(task.startedAt()));
    node.put("finishedAt", text(task.finishedAt()));
    return node;
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
