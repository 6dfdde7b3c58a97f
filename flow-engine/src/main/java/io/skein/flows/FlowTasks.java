package io.skein.flows;

import io.skein.postgres.Transaction;
import io.skein.tasks.NewTask;
import io.skein.tasks.Task;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TimeLimits;
import io.skein.tasks.Uniqueness;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The tasks of flows, enqueued in the step that makes them necessary. Thread safe. */
final class FlowTasks {
  /** The queue of all flow work. */
  static final String QUEUE = "flows";

  static final String PHASE = "process_flow_phase";
  static final String BATCH = "process_data_import_batch";

  /** The queue of phases that agents do; the type of such a task is the phase's name. */
  static final String AGENTS = "agents";

  /** The task is interrupted when the phase's own limit, counted from its start, is surely over. */
  private static final Duration MARGIN = Duration.ofMillis(500);

  private final TaskQueue tasks;
  private final JsonMapper json;
  private final Function<Flow, FlowDefinition> definitions;
  private final PhaseHandlers handlers;

  FlowTasks(
      TaskQueue tasks,
      JsonMapper json,
      Function<Flow, FlowDefinition> definitions,
      PhaseHandlers handlers) {
    this.tasks = tasks;
    this.json = json;
    this.definitions = definitions;
    this.handlers = handlers;
  }

  /** Enqueues the phase's own task, unless one of this run is live. */
  void enqueuePhase(Transaction transaction, Flow flow, String phase) {
    NewTask task =
        handlers.isByAgents(flow, phase) ? agentTask(flow, phase) : task(flow, phase, null);
    tasks.enqueue(transaction, task);
  }

  /**
   * Enqueues the tasks of planned batches, of those of this run that are not live, and the task
   * that closes the phase, which waits for their ends. However they end: one that was cancelled, or
   * stopped by a pause, leaves its unit open. When a closing task that has not begun waits for
   * others already it stays, and finds out what is open when it begins.
   */
  void enqueueUnits(Transaction transaction, Flow flow, String phase, List<String> units) {
    List<TaskId> batches =
        tasks.enqueue(transaction, units.stream().map(unit -> task(flow, phase, unit)).toList());
    NewTask closing = task(flow, phase, null);
    String key = Objects.requireNonNull(closing.unique()).key() + "close";
    tasks.enqueue(transaction, closing.withUnique(Uniqueness.untilBegun(key)).afterEndOf(batches));
  }

  /** Ends what still waits or runs for the flow. */
  void cancel(Transaction transaction, FlowId flow) {
    tasks.cancel(transaction, flow.value());
  }

  /** Ends what still waits or runs for some phases of the flow. */
  void cancel(Transaction transaction, FlowId flow, List<String> phases) {
    List<TaskId> ofPhases =
        tasks.liveOf(transaction, flow.value()).stream()
            .filter(
                task -> phases.contains(json.readTree(task.payload()).path("phase").asString("")))
            .map(Task::id)
            .toList();
    tasks.cancel(transaction, ofPhases);
  }

  /** Says more than a task of our own, whose worker reads the flow. */
  private NewTask agentTask(Flow flow, String phase) {
    PhaseTask task = new PhaseTask(flow.id(), phase, flow.phase(phase).run(), null);
    ObjectNode payload = (ObjectNode) json.readTree(task.payload(json));
    payload.put("kind", flow.kind()).put("name", flow.name()).put("asOf", flow.asOf().toString());
    return of(flow, task, NewTask.of(AGENTS, phase, json.writeValueAsString(payload)));
  }

  private NewTask task(Flow flow, String phase, @Nullable String unit) {
    PhaseTask task = new PhaseTask(flow.id(), phase, flow.phase(phase).run(), unit);
    return of(flow, task, NewTask.of(QUEUE, unit == null ? PHASE : BATCH, task.payload(json)));
  }

  private NewTask of(Flow flow, PhaseTask task, NewTask draft) {
    Duration limit = definitions.apply(flow).phase(task.phase()).timeLimit();
    return draft
        .withUniqueKey(task.uniqueKey())
        .withFlow(flow.id().value())
        .withTenant(flow.owner().tenant())
        .withCorrelation(flow.correlationId())
        .withTraceparent(flow.trace() == null ? null : flow.trace().toString())
        .withLimits(new TimeLimits(limit.plus(MARGIN), limit.plus(MARGIN.multipliedBy(20))));
  }
}
