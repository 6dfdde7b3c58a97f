package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Paging;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.postgres.Database;
import io.skein.tasks.BulkAction;
import io.skein.tasks.BulkTasks;
import io.skein.tasks.FilterTooWideException;
import io.skein.tasks.Task;
import io.skein.tasks.TaskFilter;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/tasks}: everybody reads the own account's, operators change them. */
public final class TaskRoutes {
  private static final String PATH = "/api/v1/tasks";
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final Database database;
  private final TaskQueue tasks;
  private final VisibleTasks visible;
  private final JsonMapper json;
  private final TaskNodes nodes;
  private final JsonAnswers answers;

  public TaskRoutes(Database database, FlowEngine engine, TaskQueue tasks, JsonMapper json) {
    this.database = database;
    this.tasks = tasks;
    this.visible = new VisibleTasks(engine, tasks);
    this.json = json;
    this.nodes = new TaskNodes(json);
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, TaskFilters.PARAMETERS.and("limit", "after").of(this::list));
    routes.post(PATH + "/bulk", TaskFilters.PARAMETERS.of(this::bulk));
    routes.get(PATH + "/{task}", QueryParameters.none(this::show));
    routes.get(PATH + "/{task}/attempts", QueryParameters.none(this::attempts));
    routes.post(PATH + "/{task}/retry", QueryParameters.none(this::retry));
    routes.post(PATH + "/{task}/cancel", QueryParameters.none(this::cancel));
  }

  /** What a viewer may not see is left out after the page is read: it may be a short one. */
  private void list(Context context) {
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    String cursor = paging.after();
    TaskId after = cursor == null ? null : new TaskId(PathIds.uuid(cursor));
    List<Task> page = page(TaskFilters.of(context), after, paging.limit() + 1);
    boolean more = page.size() > paging.limit();
    List<Task> shown = more ? page.subList(0, paging.limit()) : page;
    ObjectNode body = answers.node();
    ArrayNode items = body.putArray("items");
    shown.stream()
        .filter(task -> visible.visible(context, task))
        .forEach(task -> items.add(nodes.line(task)));
    body.put("next", more ? shown.getLast().id().toString() : null);
    answers.write(context, body);
  }

  private List<Task> page(TaskFilter filter, @Nullable TaskId after, int limit) {
    try {
      return tasks.lists().page(filter, after, limit);
    } catch (FilterTooWideException e) {
      throw Refusals.malformed(e);
    }
  }

  private void show(Context context) {
    answers.write(context, nodes.whole(visible.demand(context)));
  }

  private void attempts(Context context) {
    Task task = visible.demand(context);
    ObjectNode body = answers.node();
    ArrayNode items = body.putArray("items");
    tasks.lists().attempts(task.id()).forEach(attempt -> items.add(nodes.node(attempt)));
    answers.write(context, body);
  }

  private void retry(Context context) {
    Task task = visible.demand(context);
    Roles.demand(context, Role.OPERATOR);
    if (!tasks.bulk().retry(task.id())) {
      throw Refusals.conflict(
          "Only a task that failed, is dead, was cancelled or is parked can be retried, and only"
              + " while no live task has its unique key. This one is "
              + TaskNodes.text(task.state())
              + ".");
    }
    show(context);
  }

  private void cancel(Context context) {
    Task task = visible.demand(context);
    Roles.demand(context, Role.OPERATOR);
    if (!database.inTransaction(transaction -> tasks.cancel(transaction, task.id()))) {
      throw Refusals.conflict(
          "The task has ended already: it is " + TaskNodes.text(task.state()) + ".");
    }
    show(context);
  }

  /**
   * @param token of the count before; without one it is counted and nothing changed
   */
  private record BulkRequest(@Nullable String action, @Nullable String token) {}

  private void bulk(Context context) {
    Roles.demand(context, Role.OPERATOR);
    TaskFilter filter = TaskFilters.demand(context);
    BulkRequest request = JsonBody.read(context, json, BulkRequest.class);
    BulkAction action = action(request.action());
    String token = request.token();
    ObjectNode body = answers.node();
    body.put("action", action.text());
    if (token == null) {
      BulkTasks.Counted counted = count(action, filter);
      body.put("count", counted.count()).put("token", counted.token());
    } else {
      BulkTasks.Changed changed = confirm(action, filter, token);
      body.put("changed", changed.count()).put("more", changed.more());
    }
    answers.write(context, body);
  }

  private BulkTasks.Counted count(BulkAction action, TaskFilter filter) {
    try {
      return tasks.bulk().count(action, filter);
    } catch (FilterTooWideException e) {
      throw Refusals.malformed(e);
    }
  }

  private BulkTasks.Changed confirm(BulkAction action, TaskFilter filter, String token) {
    try {
      return tasks
          .bulk()
          .confirm(action, filter, token)
          .orElseThrow(() ->
              Refusals.conflict(
                  "The token is of another action or filter, or older than ten minutes. Count"
                      + " again: send the request without a token."));
    } catch (InterruptedException e) {
      throw Refusals.interrupted();
    }
  }

  private static BulkAction action(@Nullable String text) {
    return Arrays.stream(BulkAction.values())
        .filter(action -> action.text().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Problem.of(ProblemType.MALFORMED_REQUEST, "action is retry, cancel or purge.")
                .exception());
  }
}
