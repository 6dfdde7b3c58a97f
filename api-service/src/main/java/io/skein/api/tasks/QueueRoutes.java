package io.skein.api.tasks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.QueryParameters;
import io.skein.tasks.QueueLimits;
import io.skein.tasks.QueueRules;
import io.skein.tasks.QueueStatus;
import io.skein.tasks.Queues;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TypeStatistics;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/queues}: figures of the queues. All accounts share them, so only an admin changes
 * one.
 */
public final class QueueRoutes {
  private static final String PATH = "/api/v1/queues";
  private static final int LONGEST_PERIOD_SECONDS = 86_400;

  private final TaskQueue tasks;
  private final JsonMapper json;
  private final JsonAnswers answers;

  public QueueRoutes(TaskQueue tasks, JsonMapper json) {
    this.tasks = tasks;
    this.json = json;
    this.answers = new JsonAnswers(json);
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.get(PATH + "/{queue}", QueryParameters.none(this::show));
    routes.post(PATH + "/{queue}/pause", change(tasks.queues()::pause));
    routes.post(PATH + "/{queue}/resume", change(tasks.queues()::resume));
    routes.put(PATH + "/{queue}/limits", QueryParameters.none(this::limit));
  }

  private void list(Context context) {
    ObjectNode body = answers.node();
    ArrayNode items = body.putArray("items");
    tasks.queues().list().forEach(status -> write(status, items.addObject()));
    answers.write(context, body);
  }

  private void show(Context context) {
    String queue = Refusals.name(context, "queue");
    ObjectNode body = answers.node();
    // One of which nothing was said and that is empty may be used at any moment.
    write(
        tasks
            .queues()
            .find(queue)
            .orElse(new QueueStatus(queue, null, QueueLimits.NONE, Map.of(), 0, Duration.ZERO)),
        body);
    ArrayNode types = body.putArray("types");
    tasks.lists().statistics(queue).forEach(figures -> write(figures, types.addObject()));
    answers.write(context, body);
  }

  @FunctionalInterface
  private interface Change {
    void of(String queue);
  }

  private Handler change(Change change) {
    return QueryParameters.none(context -> {
      Roles.demand(context, Role.ADMIN);
      String queue = Refusals.name(context, "queue");
      change.of(queue);
      showRules(context, queue);
    });
  }

  /**
   * Null for no limit.
   *
   * @param rate starts in {@code periodSeconds}
   */
  private record Limits(
      @Nullable Integer maxRunning,
      @Nullable Integer maxPerTenant,
      @Nullable Integer maxPerKey,
      @Nullable Integer rate,
      @Nullable Integer periodSeconds) {
    QueueLimits checked() {
      if ((rate == null) != (periodSeconds == null)) {
        throw new IllegalArgumentException("rate and periodSeconds belong together");
      }
      if (periodSeconds != null && periodSeconds > LONGEST_PERIOD_SECONDS) {
        throw new IllegalArgumentException("periodSeconds is at most " + LONGEST_PERIOD_SECONDS);
      }
      return new QueueLimits(
          maxRunning,
          maxPerTenant,
          maxPerKey,
          rate == null || periodSeconds == null
              ? null
              : new QueueLimits.Rate(rate, Duration.ofSeconds(periodSeconds)));
    }
  }

  private void limit(Context context) {
    Roles.demand(context, Role.ADMIN);
    String queue = Refusals.name(context, "queue");
    Limits limits = JsonBody.read(context, json, Limits.class);
    try {
      tasks.queues().limit(queue, limits.checked());
    } catch (IllegalArgumentException e) {
      throw Refusals.malformed(e);
    }
    showRules(context, queue);
  }

  /** Without its figures: what was changed holds already, so the answer must not take long. */
  private void showRules(Context context, String queue) {
    ObjectNode body = answers.node();
    write(queue, tasks.queues().rules(queue), body);
    answers.write(context, body);
  }

  private static void write(String queue, QueueRules rules, ObjectNode node) {
    node.put("queue", queue);
    node.put("pausedAt", TaskNodes.text(rules.pausedAt()));
    QueueLimits limits = rules.limits();
    QueueLimits.Rate rate = limits.rate();
    node.putObject("limits")
        .put("maxRunning", limits.maxRunning())
        .put("maxPerTenant", limits.maxPerTenant())
        .put("maxPerKey", limits.maxPerKey())
        .put("rate", rate == null ? null : rate.starts())
        .put("periodSeconds", rate == null ? null : TaskNodes.seconds(rate.period()));
  }

  private static void write(QueueStatus status, ObjectNode node) {
    write(status.queue(), new QueueRules(status.pausedAt(), status.limits()), node);
    TaskNodes.counts(node.putObject("live"), status.live());
    node.put("dead", status.dead());
    node.put("oldestWaitSeconds", TaskNodes.seconds(status.oldestWait()));
    node.put("countedUpTo", Queues.MOST_COUNTED);
  }

  private static void write(TypeStatistics figures, ObjectNode node) {
    node.put("type", figures.type());
    TaskNodes.counts(node.putObject("live"), figures.live());
    node.put("oldestWaitSeconds", TaskNodes.seconds(figures.oldestWait()));
    TypeStatistics.Ended ended = figures.ended();
    node.putObject("lastHour")
        .put("since", ended.since().toString())
        .put("succeeded", ended.succeeded())
        .put("failed", ended.failed())
        .put("retried", ended.retried())
        .put("crashed", ended.crashed())
        .put("meanSeconds", TaskNodes.seconds(ended.meanRunTime()))
        .put("medianSeconds", TaskNodes.seconds(ended.medianRunTime()))
        .put("p95Seconds", TaskNodes.seconds(ended.p95RunTime()));
  }
}
