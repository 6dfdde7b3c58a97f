package io.skein.api.tasks;

import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.flows.Owners;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.tasks.Task;
import io.skein.tasks.TaskFilter;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import java.util.UUID;

/**
 * Which tasks a caller may see: an admin all, an operator those of the account, others of these but
 * the ones of flows of other engagements. Thread safe.
 */
final class VisibleTasks {
  private final FlowEngine engine;
  private final TaskQueue tasks;

  VisibleTasks(FlowEngine engine, TaskQueue tasks) {
    this.engine = engine;
    this.tasks = tasks;
  }

  /**
   * The {@code {task}} of the path.
   *
   * @throws ProblemException 404 when it does not exist or belongs to somebody else
   */
  Task demand(Context context) {
    return tasks
        .find(id(context))
        .filter(task -> visible(context, task))
        .orElseThrow(VisibleTasks::noSuchTask);
  }

  static TaskId id(Context context) {
    return new TaskId(PathIds.uuid(context, "task"));
  }

  static ProblemException noSuchTask() {
    return Problem.of(
            ProblemType.NOT_FOUND,
            "There is no such task in this account and engagement. List yours at"
                + " GET /api/v1/tasks.")
        .exception();
  }

  boolean visible(Context context, Task task) {
    return Roles.has(context, Role.ADMIN)
        || (tenant(context).equals(task.tenant())
            && (Roles.has(context, Role.OPERATOR) || ofEngagement(context, task)));
  }

  /** What of a filter the caller may ask for: another account's tasks only an admin. */
  static TaskFilter restricted(Context context, TaskFilter filter) {
    return Roles.has(context, Role.ADMIN) ? filter : filter.withTenant(tenant(context));
  }

  private boolean ofEngagement(Context context, Task task) {
    UUID flow = task.flow();
    return flow == null || engine.find(Owners.of(context), new FlowId(flow)).isPresent();
  }

  /** The caller's account. */
  static String tenant(Context context) {
    return Caller.of(context).principal().tenant();
  }
}
