package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.PathIds;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.tasks.RemoteRun;
import io.skein.tasks.RemoteWorker;
import io.skein.tasks.RemoteWorkers;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.WorkerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/workers}: who works, and what workers in any language claim; of their runs they
 * speak at {@link RunRoutes}. Who may run tasks runs those of all accounts.
 */
public final class WorkerRoutes {
  private static final String PATH = "/api/v1/workers";
  private static final int LONGEST_WAIT_SECONDS = 30;

  private final TaskQueue tasks;
  private final RemoteWorkers workers;
  private final FlowTypes ofFlows;
  private final JsonMapper json;
  private final TaskNodes nodes;
  private final JsonAnswers answers;

  public WorkerRoutes(FlowEngine engine, TaskQueue tasks, RemoteWorkers workers, JsonMapper json) {
    this.tasks = tasks;
    this.workers = workers;
    this.ofFlows = new FlowTypes(engine);
    this.json = json;
    this.nodes = new TaskNodes(json);
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.post(PATH + "/claims", QueryParameters.none(this::claim));
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
      throw Refusals.stops(); // an empty answer would be asked for again at once
    }
    ClaimRequest request = JsonBody.read(context, json, ClaimRequest.class);
    List<RemoteRun> runs;
    try {
      RemoteWorker worker = request.checkedWorker();
      worker.types().forEach(ofFlows::refuseToClaim);
      int most = request.most() == null ? 1 : request.most();
      runs = workers.claim(worker, request.known(), most, request.patience());
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    } catch (InterruptedException e) {
      throw Refusals.interrupted();
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
}
