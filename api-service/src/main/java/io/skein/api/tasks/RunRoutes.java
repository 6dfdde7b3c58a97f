package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.tasks.Lease;
import io.skein.tasks.PermanentTaskException;
import io.skein.tasks.RemoteRuns;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TaskState;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What workers in any language say of their runs, each time naming the lease. */
public final class RunRoutes {
  private static final String TASK = "/api/v1/tasks/{task}";
  private static final int LONGEST_PAUSE_SECONDS = 30 * 86_400;

  private final RemoteRuns runs;
  private final VisibleTasks visible;
  private final JsonMapper json;
  private final JsonAnswers answers;

  public RunRoutes(FlowEngine engine, TaskQueue tasks, RemoteRuns runs, JsonMapper json) {
    this.runs = runs;
    this.visible = new VisibleTasks(engine, tasks);
    this.json = json;
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.post(TASK + "/heartbeat", QueryParameters.none(this::heartbeat));
    routes.post(TASK + "/progress", QueryParameters.none(this::heartbeat));
    routes.post(TASK + "/complete", QueryParameters.none(this::complete));
    routes.post(TASK + "/fail", QueryParameters.none(this::fail));
    routes.post(TASK + "/release", QueryParameters.none(this::release));
  }

  /**
   * What every write of a run may say.
   *
   * @param lease as the claim answered it
   * @param permanent another attempt is pointless
   */
  private record RunRequest(
      @Nullable Long lease,
      @Nullable Integer percent,
      @Nullable JsonNode details,
      @Nullable JsonNode result,
      @Nullable String error,
      @Nullable Boolean permanent,
      @Nullable Integer retryAfterSeconds,
      @Nullable String log) {
    @Nullable Duration pause() {
      if (retryAfterSeconds == null) {
        return null;
      }
      if (retryAfterSeconds < 0 || retryAfterSeconds > LONGEST_PAUSE_SECONDS) {
        throw new IllegalArgumentException("retryAfterSeconds is 0 to " + LONGEST_PAUSE_SECONDS);
      }
      return Duration.ofSeconds(retryAfterSeconds);
    }

    RemoteRuns.Permanence permanence() {
      return Boolean.TRUE.equals(permanent)
          ? RemoteRuns.Permanence.PERMANENT
          : RemoteRuns.Permanence.PASSING;
    }
  }

  /** A task that the caller may neither see nor run does not exist for him. */
  private RunRequest read(Context context) {
    if (!Roles.works(context)) {
      visible.demand(context);
      Roles.demandWorker(context);
    }
    return JsonBody.read(context, json, RunRequest.class);
  }

  private static Lease lease(Context context, RunRequest request) {
    Long number = request.lease();
    if (number == null) {
      throw new IllegalArgumentException("lease is missing; send the one that the claim answered");
    }
    return new Lease(VisibleTasks.id(context), number);
  }

  private void heartbeat(Context context) {
    RunRequest request = read(context);
    try {
      answer(
          context,
          runs.heartbeat(lease(context, request), request.percent(), text(request.details())),
          TaskState.RUNNING);
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    } catch (InterruptedException e) {
      throw Refusals.interrupted();
    }
  }

  private void complete(Context context) {
    RunRequest request = read(context);
    try {
      answer(
          context,
          runs.complete(lease(context, request), text(request.result()), request.log()),
          TaskState.SUCCEEDED);
    } catch (PermanentTaskException e) {
      throw Problem.of(
              ProblemType.UNUSABLE_INPUT,
              "The result cannot be stored. Complete the task with another one, or fail it: "
                  + e.getMessage()
                  + ".")
          .exception();
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    }
  }

  private void fail(Context context) {
    RunRequest request = read(context);
    String error = request.error();
    try {
      if (error == null || error.isBlank()) {
        throw new IllegalArgumentException("error is missing; say why the run failed");
      }
      Optional<TaskState> state =
          runs.fail(
              lease(context, request), error, request.permanence(), request.pause(), request.log());
      answer(context, state.isPresent(), state.orElse(TaskState.SCHEDULED));
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    } catch (InterruptedException e) {
      throw Refusals.interrupted();
    }
  }

  private void release(Context context) {
    RunRequest request = read(context);
    try {
      answer(context, runs.release(lease(context, request), request.log()), TaskState.QUEUED);
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    }
  }

  private void answer(Context context, boolean held, TaskState state) {
    if (!held) {
      throw Refusals.conflict(
          "The lease is lost: the task was cancelled, is over, or runs elsewhere. Stop working on"
              + " it.");
    }
    answers.write(context, answers.node().put("state", TaskNodes.text(state)));
  }

  private static @Nullable String text(@Nullable JsonNode node) {
    return node == null ? null : node.toString();
  }
}
