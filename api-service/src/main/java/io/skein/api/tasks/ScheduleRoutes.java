package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Moments;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.tasks.Retries;
import io.skein.tasks.Schedule;
import io.skein.tasks.ScheduleStatus;
import io.skein.tasks.Schedules;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TimeLimits;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/schedules}: tasks that repeat. Everybody reads the own account's, operators change
 * them; an admin sees and changes all.
 */
public final class ScheduleRoutes {
  private static final String PATH = "/api/v1/schedules";
  private static final String ONE = PATH + "/{schedule}";

  private final Schedules schedules;
  private final FlowTypes ofFlows;
  private final JsonMapper json;
  private final JsonAnswers answers;

  public ScheduleRoutes(FlowEngine engine, TaskQueue tasks, JsonMapper json) {
    this.schedules = tasks.schedules();
    this.ofFlows = new FlowTypes(engine);
    this.json = json;
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.get(ONE, QueryParameters.none(this::show));
    routes.put(ONE, QueryParameters.none(this::put));
    routes.delete(ONE, QueryParameters.none(this::remove));
    routes.post(ONE + "/pause", QueryParameters.none(c -> change(c, schedules::pause)));
    routes.post(ONE + "/resume", QueryParameters.none(c -> change(c, schedules::resume)));
    routes.post(ONE + "/trigger", QueryParameters.none(this::trigger));
    routes.post(ONE + "/backfill", QueryParameters.none(this::backfill));
  }

  private void list(Context context) {
    ObjectNode body = answers.node();
    ArrayNode items = body.putArray("items");
    schedules.list().stream()
        .filter(status -> visible(context, status))
        .forEach(status -> write(status, items.addObject()));
    answers.write(context, body);
  }

  private void show(Context context) {
    ObjectNode body = answers.node();
    write(demand(context), body);
    answers.write(context, body);
  }

  private void put(Context context) {
    Roles.demand(context, Role.OPERATOR);
    String name = Refusals.name(context, "schedule");
    ScheduleRequest request = JsonBody.read(context, json, ScheduleRequest.class);
    try {
      Schedule asked = request.named(name);
      ofFlows.refuseToEnqueue(asked.type());
      boolean admin = Roles.has(context, Role.ADMIN);
      Schedule schedule = admin ? asked : asked.withTenant(VisibleTasks.tenant(context));
      if (!schedules.putForTenant(schedule)) {
        throw Refusals.conflict(
            "There is a schedule of this name already, of another account. Take another name.");
      }
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    }
    show(context);
  }

  private void remove(Context context) {
    if (!schedules.remove(demandToChange(context))) {
      throw noSuchSchedule();
    }
    context.status(204);
  }

  private void change(Context context, Consumer<String> change) {
    String name = demandToChange(context);
    try {
      change.accept(name);
    } catch (NoSuchElementException e) {
      throw noSuchSchedule();
    } catch (IllegalArgumentException e) {
      throw unreadable(e);
    }
    show(context);
  }

  private void trigger(Context context) {
    String name = demandToChange(context);
    try {
      answers.write(context, answers.node().put("taskId", schedules.trigger(name).toString()));
    } catch (NoSuchElementException e) {
      throw noSuchSchedule();
    } catch (IllegalArgumentException e) {
      throw unreadable(e);
    }
  }

  /** A past time, the end excluded. */
  private record BackfillRequest(@Nullable String from, @Nullable String to) {
    static Instant moment(String name, @Nullable String text) {
      Instant moment = Moments.read(name, text);
      if (moment == null) {
        throw new IllegalArgumentException("a backfill names from and to");
      }
      return moment;
    }
  }

  private void backfill(Context context) {
    String name = demandToChange(context);
    BackfillRequest request = JsonBody.read(context, json, BackfillRequest.class);
    List<TaskId> enqueued;
    try {
      enqueued =
          schedules.backfill(
              name,
              BackfillRequest.moment("from", request.from()),
              BackfillRequest.moment("to", request.to()));
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    } catch (NoSuchElementException e) {
      throw noSuchSchedule();
    }
    ObjectNode body = answers.node();
    ArrayNode ids = body.putArray("taskIds");
    enqueued.forEach(id -> ids.add(id.toString()));
    answers.write(context, body);
  }

  /** Answers its name. One that the caller may not see does not exist for him. */
  private String demandToChange(Context context) {
    String name = demand(context).name();
    Roles.demand(context, Role.OPERATOR);
    return name;
  }

  private ScheduleStatus demand(Context context) {
    return schedules
        .find(Refusals.name(context, "schedule"))
        .filter(status -> visible(context, status))
        .orElseThrow(ScheduleRoutes::noSuchSchedule);
  }

  private static boolean visible(Context context, ScheduleStatus status) {
    return Roles.has(context, Role.ADMIN) || VisibleTasks.tenant(context).equals(status.tenant());
  }

  private static void write(ScheduleStatus status, ObjectNode node) {
    node.put("name", status.name()).put("tenant", status.tenant());
    Schedule schedule = status.schedule();
    if (schedule != null) {
      write(schedule, node);
    }
    node.put("pausedAt", TaskNodes.text(status.pausedAt())).put("error", status.error());
    node.put("nextAt", status.pausedAt() == null ? status.nextAt().toString() : null);
    node.put("lastAt", TaskNodes.text(status.lastAt()));
    TaskId last = status.lastTask();
    node.put("lastTaskId", last == null ? null : last.toString());
  }

  private static void write(Schedule schedule, ObjectNode node) {
    node.put("cron", schedule.cron()).put("zone", schedule.zone().getId());
    node.put("queue", schedule.queue()).put("type", schedule.type());
    TaskNodes.putJson(node, "payload", schedule.payload());
    node.put("priority", TaskNodes.text(schedule.priority()));
    node.put("missed", TaskNodes.text(schedule.missed()));
    node.put("overlap", TaskNodes.text(schedule.overlap()));
    Retries retries = schedule.retries();
    if (retries != null) {
      node.put("maxAttempts", retries.maxAttempts());
      node.put("retryDelaySeconds", TaskNodes.seconds(retries.delay()));
    }
    TimeLimits limits = schedule.limits();
    if (limits != null) {
      node.put("softLimitSeconds", TaskNodes.seconds(limits.soft()));
      node.put("hardLimitSeconds", TaskNodes.seconds(limits.hard()));
    }
  }

  private static ProblemException unreadable(IllegalArgumentException reason) {
    return Refusals.conflict(
        "The schedule cannot be read: " + reason.getMessage() + ". Put it anew.");
  }

  private static ProblemException noSuchSchedule() {
    return Problem.of(
            ProblemType.NOT_FOUND,
            "There is no such schedule in this account. List yours at GET /api/v1/schedules.")
        .exception();
  }
}
