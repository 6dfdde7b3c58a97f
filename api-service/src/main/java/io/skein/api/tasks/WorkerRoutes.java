package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.tasks.Lease;
import io.skein.tasks.PermanentTaskException;
import io.skein.tasks.RemoteRun;
import io.skein.tasks.RemoteRuns;
import io.skein.tasks.RemoteWorker;
import io.skein.tasks.RemoteWorkers;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TaskState;
import io.skein.tasks.WorkerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/workers}: who works, and the lease protocol for workers in any language. Who may
 * run tasks runs those of all accounts.
 */
public final class WorkerRoutes {
  private static final String PATH = "/api/v1/workers";
  private static final String TASK = "/api/v1/tasks/{task}";
  private static final int LONGEST_WAIT_SECONDS = 30;
  private static final int LONGEST_PAUSE_SECONDS = 30 * 86_400;

  private final TaskQueue tasks;
  private final RemoteWorkers workers;
  private final VisibleTasks visible;
  private final FlowTypes ofFlows;
  private final JsonMapper json;
  private final TaskNodes nodes;
  private final JsonAnswers answers;

  public WorkerRoutes(FlowEngine engine, TaskQueue tasks, RemoteWorkers workers, JsonMapper json) {
    this.tasks = tasks;
    this.workers = workers;
    this.visible = new VisibleTasks(engine, tasks);
    this.ofFlows = new FlowTypes(engine);
    this.json = json;
    this.nodes = new TaskNodes(json);
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.post(PATH + "/claims", QueryParameters.none(this::claim));
    routes.post(TASK + "/heartbeat", QueryParameters.none(this::heartbeat));
    routes.post(TASK + "/progress", QueryParameters.none(this::heartbeat));
    routes.post(TASK + "/complete", QueryParameters.none(this::complete));
    routes.post(TASK + "/fail", QueryParameters.none(this::fail));
    routes.post(TASK + "/release", QueryParameters.none(this::release));
  }

  private void list(Context context) {
    ObjectNode body = answers.node();
    ArrayNode items = body.putArray("items");
    tasks.lists().workers().forEach(worker -> write(worker, items.addObject()));
    answers.write(context, body);
  }

  private static void write(WorkerStatus worker, ObjectNode node) {
    node.put("identity", worker.identity()).put("name", worker.name());
    ArrayNode queues = node.putArray("queues");
    worker.queues().forEach(queues::add);
    ArrayNode types = node.putArray("types");
    worker.types().forEach(types::add);
    node.put("slots", worker.slots()).put("running", worker.running());
    node.put("build", worker.build()).put("remote", worker.remote());
    node.put("draining", worker.draining());
    node.put("startedAt", worker.startedAt().toString()).put("seenAt", worker.seenAt().toString());
  }

  /**
   * @param running the ids that the worker knows of; null when it does not say
   */
  private record ClaimRequest(
      @Nullable String worker,
      @Nullable List<String> queues,
      @Nullable List<String> types,
      @Nullable String build,
      @Nullable Integer most,
      @Nullable Integer waitSeconds,
      @Nullable List<String> running) {
    RemoteWorker checkedWorker() {
      if (worker == null || queues == null || types == null) {
        throw new IllegalArgumentException("a claim names worker, queues and types");
      }
      if (queues.contains(null) || types.contains(null)) {
        throw new IllegalArgumentException("queues and types are names, not null");
      }
      return new RemoteWorker(worker, queues, Set.copyOf(types), build == null ? "unnamed" : build);
    }

    Duration patience() {
      int seconds = waitSeconds == null ? 0 : waitSeconds;
      if (seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
        throw new IllegalArgumentException("waitSeconds is 0 to " + LONGEST_WAIT_SECONDS);
      }
      return Duration.ofSeconds(seconds);
    }

    @Nullable List<TaskId> known() {
      return running == null
          ? null
          : running.stream().map(id -> new TaskId(PathIds.uuid(String.valueOf(id)))).toList();
    }
  }

  private void claim(Context context) {
    Roles.demandWorker(context);
    if (workers.closed()) {
      throw stops(); // an empty answer would be asked for again at once
    }
    ClaimRequest request = JsonBody.read(context, json, ClaimRequest.class);
    List<RemoteRun> runs;
    try {
      RemoteWorker worker = request.checkedWorker();
      worker.types().forEach(ofFlows::refuseToClaim);
      int most = request.most() == null ? 1 : request.most();
      runs = workers.claim(worker, request.known(), most, request.patience());
    } catch (IllegalArgumentException e) {
      throw malformed(e);
    } catch (InterruptedException e) {
      throw stopping();
    }
    ObjectNode body = answers.node();
    body.put("leaseSeconds", TaskNodes.seconds(workers.term()));
    ArrayNode items = body.putArray("tasks");
    runs.forEach(run ->
        items.add(
            nodes
                .whole(run.task())
                .put("lease", run.lease().number())
                .put("softLimitSeconds", TaskNodes.seconds(run.task().limits().soft()))));
    answers.write(context, body);
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
          workers
              .runs()
              .heartbeat(lease(context, request), request.percent(), text(request.details())),
          TaskState.RUNNING);
    } catch (IllegalArgumentException e) {
      throw malformed(e);
    } catch (InterruptedException e) {
      throw stopping();
    }
  }

  private void complete(Context context) {
    RunRequest request = read(context);
    try {
      answer(
          context,
          workers.runs().complete(lease(context, request), text(request.result()), request.log()),
          TaskState.SUCCEEDED);
    } catch (PermanentTaskException e) {
      throw Problem.of(
              ProblemType.UNUSABLE_INPUT,
              "The result cannot be stored. Complete the task with another one, or fail it: "
                  + e.getMessage()
                  + ".")
          .exception();
    } catch (IllegalArgumentException e) {
      throw malformed(e);
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
          workers
              .runs()
              .fail(
                  lease(context, request),
                  error,
                  request.permanence(),
                  request.pause(),
                  request.log());
      answer(context, state.isPresent(), state.orElse(TaskState.SCHEDULED));
    } catch (IllegalArgumentException e) {
      throw malformed(e);
    } catch (InterruptedException e) {
      throw stopping();
    }
  }

  private void release(Context context) {
    RunRequest request = read(context);
    try {
      answer(
          context,
          workers.runs().release(lease(context, request), request.log()),
          TaskState.QUEUED);
    } catch (IllegalArgumentException e) {
      throw malformed(e);
    }
  }

  private void answer(Context context, boolean held, TaskState state) {
    if (!held) {
      throw Problem.of(
              ProblemType.CONFLICT,
              "The lease is lost: the task was cancelled, is over, or runs elsewhere. Stop working"
                  + " on it.")
          .exception();
    }
    answers.write(context, answers.node().put("state", TaskNodes.text(state)));
  }

  private static @Nullable String text(@Nullable JsonNode node) {
    return node == null ? null : node.toString();
  }

  private static ProblemException malformed(IllegalArgumentException e) {
    return Problem.of(ProblemType.MALFORMED_REQUEST, e.getMessage() + ".").exception();
  }

  private static ProblemException stopping() {
    Thread.currentThread().interrupt();
    return stops();
  }

  private static ProblemException stops() {
    return Problem.of(ProblemType.UNAVAILABLE, "This instance stops. Go on at another one.")
        .withHeader("Retry-After", "1")
        .exception();
  }
}
