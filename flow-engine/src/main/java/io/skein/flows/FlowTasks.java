package io.skein.flows;

import io.skein.postgres.Transaction;
import io.skein.tasks.NewTask;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.TimeLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The tasks of flows, enqueued in the step that makes them necessary. Thread safe. */
final class FlowTasks {
  /** The queue of all flow work. */
  static final String QUEUE = "flows";

  static final String PHASE = "process_flow_phase";
  static final String BATCH = "process_data_import_batch";

  /** The task is interrupted when the phase's own limit, counted from its start, is surely over. */
  private static final Duration MARGIN = Duration.ofMillis(500);

  private final TaskQueue tasks;
  private final JsonMapper json;
  private final Function<Flow, FlowDefinition> definitions;

  FlowTasks(TaskQueue tasks, JsonMapper json, Function<Flow, FlowDefinition> definitions) {
    this.tasks = tasks;
    this.json = json;
    this.definitions = definitions;
  }

  /** Enqueues the phase's own task, unless one of this run is live. */
  void enqueuePhase(Transaction transaction, Flow flow, String phase) {
    tasks.enqueue(transaction, task(flow, phase, null));
  }

  /** Enqueues the tasks of planned batches, of those of this run that are not live. */
  void enqueueUnits(Transaction transaction, Flow flow, String phase, List<String> units) {
    tasks.enqueue(transaction, units.stream().map(unit -> task(flow, phase, unit)).toList());
  }

  /** Ends what still waits or runs for the flow. */
  void cancel(Transaction transaction, FlowId flow) {
    tasks.cancel(transaction, flow.value());
  }

  private NewTask task(Flow flow, String phase, @Nullable String unit) {
    PhaseTask task = new PhaseTask(flow.id(), phase, flow.phase(phase).run(), unit);
    Duration limit = definitions.apply(flow).phase(phase).timeLimit();
    return NewTask.of(QUEUE, unit == null ? PHASE : BATCH, task.payload(json))
        .withUniqueKey(task.uniqueKey())
        .withFlow(flow.id().value())
        .withTenant(flow.owner().tenant())
        .withCorrelation(flow.correlationId())
        .withLimits(new TimeLimits(limit.plus(MARGIN), limit.plus(MARGIN.multipliedBy(20))));
  }
}
