package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.events.Journal;
import io.skein.postgres.Transaction;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The steps of a flow. Each runs inside a transaction of its caller, locks the flow's row first and
 * reads after, so that two steps of one flow can never both miss what the other did. Thread safe.
 */
final class FlowSteps {
  static final String LATE =
      "the phase did not end within its time limit; retry the flow to go on where it stopped";

  private final FlowStore store;
  private final UnitStore units;
  private final Journal journal;
  private final FlowTasks tasks;
  private final JsonMapper json;
  private final Function<String, FlowDefinition> definitions;
  private final AgentProgress progress;

  FlowSteps(
      FlowStore store,
      UnitStore units,
      Journal journal,
      FlowTasks tasks,
      JsonMapper json,
      Function<String, FlowDefinition> definitions,
      AgentProgress progress) {
    this.store = store;
    this.units = units;
    this.journal = journal;
    this.tasks = tasks;
    this.json = json;
    this.definitions = definitions;
    this.progress = progress;
  }

  Flow create(Transaction transaction, NewFlow flow, UploadStore uploads) {
    FlowDefinition definition = definition(flow.kind());
    FlowId id = FlowId.next();
    store.insert(transaction, id, flow, definition);
    uploads.claim(transaction, id, flow.uploads());
    journal.open(transaction, id.stream(), flow.owner().tenant());
    FlowEvents events = new FlowEvents(json, flow.correlationId());
    events.add(
        "flow_created",
        null,
        events.payload().put("name", flow.name()).put("kind", definition.kind()));
    advance(transaction, load(transaction, id), events);
    return load(transaction, id);
  }

  /**
   * Locks the flow and tells whether a task's step may still be made.
   *
   * @throws PhaseFailedException when the phase's time limit has passed
   */
  Standing lock(Transaction transaction, PhaseTask task) throws PhaseFailedException {
    store.lock(transaction, task.flow());
    Standing standing = standing(load(transaction, task.flow()), task);
    if (standing.wanted()
        && !standing.stopped()
        && store.isLate(transaction, task.flow(), task.phase())) {
      throw new PhaseFailedException(LATE);
    }
    return standing;
  }

  /** As {@link #lock}, without locking: good for deciding what not to begin. */
  static Standing standing(Flow flow, PhaseTask task) {
    PhaseState phase = flow.phase(task.phase());
    boolean current = phase.run() == task.run() && phase.status() == PhaseStatus.RUNNING;
    if (!current || flow.status().isFinal()) {
      return new Standing(flow, false, false);
    }
    boolean stopped = flow.status() == FlowStatus.PAUSED || flow.status() == FlowStatus.FAILED;
    return new Standing(flow, true, stopped);
  }

  /**
   * @param wanted false for a task that was overtaken: it must write nothing
   * @param stopped the flow is paused or has failed: what is computed may be written, then stop
   */
  record Standing(Flow flow, boolean wanted, boolean stopped) {}

  /** Keeps the plan of a phase and enqueues its batches. */
  void plan(Transaction transaction, PhaseTask task, List<PhaseBatch> batches, Effect effect)
      throws Overtaken, PhaseFailedException {
    Standing standing = wanted(transaction, task);
    effect.apply(transaction);
    units.plan(transaction, task.flow(), task.phase(), batches);
    if (!standing.stopped()) {
      tasks.enqueueUnits(
          transaction,
          standing.flow(),
          task.phase(),
          batches.stream().map(PhaseBatch::unit).toList());
    }
    publish(
        transaction,
        standing.flow(),
        "phase_progressed",
        task.phase(),
        payload().put("batchesDone", 0).put("batchesTotal", batches.size()));
  }

  /** Commits one planned batch; the last one enqueues the rest of the phase. */
  void finishUnit(Transaction transaction, PhaseTask task, String unit, Effect effect)
      throws Overtaken, PhaseFailedException {
    Standing standing = wanted(transaction, task);
    if (units.isDone(transaction.handle(), task.flow(), task.phase(), unit)) {
      return;
    }
    effect.apply(transaction);
    units.markPlannedDone(transaction, task.flow(), task.phase(), unit);
    PhaseState phase = standing.flow().phase(task.phase());
    int done = phase.unitsDone() + 1;
    if (done == phase.unitsTotal() && !standing.stopped()) {
      tasks.enqueuePhase(transaction, standing.flow(), task.phase());
    }
    publish(
        transaction,
        standing.flow(),
        "phase_progressed",
        task.phase(),
        payload().put("batchesDone", done).put("batchesTotal", phase.unitsTotal()));
  }

  /** Commits one slice of a phase's own writing, unless an earlier run has. */
  Standing applySlice(Transaction transaction, PhaseTask task, String unit, Effect effect)
      throws Overtaken, PhaseFailedException {
    Standing standing = wanted(transaction, task);
    if (!units.isDone(transaction.handle(), task.flow(), task.phase(), unit)) {
      effect.apply(transaction);
      units.recordDone(transaction, task.flow(), task.phase(), unit);
    }
    return standing;
  }

  /** Completes a phase, or lets it wait for the user, and starts what may follow. */
  void finishPhase(Transaction transaction, PhaseTask task, PhaseOutcome outcome, Effect effect)
      throws Overtaken, PhaseFailedException {
    Standing standing = wanted(transaction, task);
    Flow flow = standing.flow();
    effect.apply(transaction);
    FlowEvents events = new FlowEvents(json, flow.correlationId());
    JsonNode approval = outcome.approval();
    if (approval == null) {
      completePhase(transaction, flow, task.phase(), outcome.summary(), events);
      return;
    }
    store.endPhase(transaction, flow.id(), task.phase(), PhaseStatus.WAITING, outcome.summary());
    FlowStatus status = standing.stopped() ? flow.status() : FlowStatus.WAITING_FOR_USER;
    store.change(
        transaction, flow.id(), new FlowChange(status, flow.progress(), approval, flow.error()));
    events.add("approval_requested", task.phase(), summary(outcome.summary()));
    append(transaction, flow.id(), events);
  }

  void completePhase(
      Transaction transaction, Flow flow, String phase, JsonNode summary, FlowEvents events) {
    store.endPhase(transaction, flow.id(), phase, PhaseStatus.COMPLETED, summary);
    events.add("phase_completed", phase, summary(summary));
    advance(transaction, load(transaction, flow.id()), events);
  }

  /** Fails the flow because one of its tasks ended without success. */
  void failPhase(Transaction transaction, PhaseTask task, String reason) {
    store.lock(transaction, task.flow());
    Flow flow = load(transaction, task.flow());
    PhaseState phase = flow.phase(task.phase());
    if (flow.status().isFinal()
        || phase.run() != task.run()
        || phase.status() != PhaseStatus.RUNNING) {
      return;
    }
    store.endPhase(transaction, flow.id(), task.phase(), PhaseStatus.FAILED, phase.summary());
    store.change(
        transaction,
        flow.id(),
        new FlowChange(
            FlowStatus.FAILED,
            flow.progress(),
            flow.approval(),
            new Flow.FlowError(task.phase(), reason)));
    FlowEvents events = new FlowEvents(json, flow.correlationId());
    events.add("phase_failed", task.phase(), payload().put("reason", reason));
    events.add("flow_failed", task.phase(), payload().put("reason", reason));
    append(transaction, flow.id(), events);
  }

  /**
   * Starts every phase that may start, or completes the flow, and appends the events. Does not
   * start anything in a flow that is paused or has failed.
   */
  void advance(Transaction transaction, Flow flow, FlowEvents events) {
    FlowDefinition definition = definition(flow.kind());
    int progress = definition.progress(flow.phases());
    boolean complete =
        flow.phases().stream().allMatch(phase -> phase.status() == PhaseStatus.COMPLETED);
    boolean stopped = flow.status() == FlowStatus.PAUSED || flow.status() == FlowStatus.FAILED;
    if (complete && !stopped) {
      store.change(transaction, flow.id(), FlowChange.to(FlowStatus.COMPLETED, progress));
      events.add("flow_completed", null, payload().put("progress", progress));
      append(transaction, flow.id(), events);
      close(transaction, flow.id());
      return;
    }
    FlowStatus status = stopped ? flow.status() : status(flow);
    store.change(
        transaction,
        flow.id(),
        new FlowChange(
            status,
            progress,
            flow.phases().stream().anyMatch(phase -> phase.status() == PhaseStatus.WAITING)
                ? flow.approval()
                : null,
            stopped ? flow.error() : null));
    if (!stopped) {
      for (PhaseDefinition phase : definition.ready(flow.phases())) {
        store.startPhase(transaction, flow.id(), phase);
        Flow started = load(transaction, flow.id());
        tasks.enqueuePhase(transaction, started, phase.name());
        events.add(
            "phase_started",
            phase.name(),
            payload().put("run", started.phase(phase.name()).run()).put("progress", progress));
      }
    }
    append(transaction, flow.id(), events);
  }

  /** Enqueues whatever a running phase lacks; what is live already is not enqueued again. */
  void enqueueOpenWork(Transaction transaction, Flow flow) {
    for (PhaseState phase : flow.phases()) {
      if (phase.status() == PhaseStatus.RUNNING) {
        List<String> open = units.open(transaction, flow.id(), phase.phase());
        tasks.enqueueUnits(transaction, flow, phase.phase(), open);
        if (open.isEmpty()) {
          tasks.enqueuePhase(transaction, flow, phase.phase());
        }
      }
    }
  }

  /** Nothing is appended to the flow's stream after this, and its agents have no more to say. */
  void close(Transaction transaction, FlowId flow) {
    journal.close(transaction, flow.stream());
    transaction.afterCommit(() -> Thread.startVirtualThread(() -> progress.end(flow.stream())));
  }

  Flow load(Transaction transaction, FlowId id) {
    return store.load(transaction.handle(), id);
  }

  /**
   * @throws IllegalArgumentException when the kind is unknown
   */
  FlowDefinition definition(String kind) {
    return definitions.apply(kind);
  }

  void append(Transaction transaction, FlowId flow, FlowEvents events) {
    store.stamp(transaction, flow, events.append(transaction, journal, flow));
  }

  ObjectNode payload() {
    return json.createObjectNode();
  }

  private void publish(
      Transaction transaction, Flow flow, String type, String phase, ObjectNode payload) {
    FlowEvents events = new FlowEvents(json, flow.correlationId());
    append(transaction, flow.id(), events.add(type, phase, payload));
  }

  private Standing wanted(Transaction transaction, PhaseTask task)
      throws Overtaken, PhaseFailedException {
    Standing standing = lock(transaction, task);
    if (!standing.wanted()) {
      throw new Overtaken();
    }
    return standing;
  }

  private ObjectNode summary(JsonNode summary) {
    ObjectNode payload = payload();
    payload.set("summary", summary);
    return payload;
  }

  private static FlowStatus status(Flow flow) {
    boolean waiting =
        flow.phases().stream().anyMatch(phase -> phase.status() == PhaseStatus.WAITING);
    return waiting ? FlowStatus.WAITING_FOR_USER : FlowStatus.RUNNING;
  }

  /** The flow was cancelled or the phase runs again elsewhere; the task must write nothing. */
  static final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
