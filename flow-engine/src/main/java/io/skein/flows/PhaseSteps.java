package io.skein.flows;

import io.skein.postgres.Transaction;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The steps of a phase's tasks. Each runs inside a transaction of its caller, locks the flow's row
 * first and reads after, so that two steps of one flow can never both miss what the other did.
 * Thread safe.
 */
final class PhaseSteps {
  static final String LATE =
      "the phase did not end within its time limit; retry the flow to go on where it stopped";

  private static final String GONE_ON = "the flow has gone on without it";
  private static final String STOPPED = "the flow is stopped; its resumption enqueues another task";

  private final FlowStore store;
  private final PhaseStore phases;
  private final UnitStore units;
  private final FlowTasks tasks;
  private final FlowAdvance advance;
  private final JsonMapper json;

  PhaseSteps(
      FlowStore store,
      PhaseStore phases,
      UnitStore units,
      FlowTasks tasks,
      FlowAdvance advance,
      JsonMapper json) {
    this.store = store;
    this.phases = phases;
    this.units = units;
    this.tasks = tasks;
    this.advance = advance;
    this.json = json;
  }

  /**
   * Locks the flow and tells whether a task's step may still be made.
   *
   * @throws PhaseFailedException when the phase's time limit has passed
   */
  Standing lock(Transaction transaction, PhaseTask task) throws PhaseFailedException {
    store.lock(transaction, task.flow());
    Standing standing = standing(advance.load(transaction, task.flow()), task);
    if (standing.wanted()
        && !standing.stopped()
        && phases.isLate(transaction, task.flow(), task.phase())) {
      throw new PhaseFailedException(LATE);
    }
    return standing;
  }

  /**
   * Lets an agent begin with a phase: its time limit counts from now, however long the phase waited
   * for it.
   *
   * @return why it should not begin; empty when it should
   */
  Optional<String> beginAgent(Transaction transaction, PhaseTask task) {
    if (!store.lock(transaction, task.flow())) {
      return Optional.of(GONE_ON);
    }
    Standing standing = standing(advance.load(transaction, task.flow()), task);
    if (!standing.wanted()) {
      return Optional.of(GONE_ON);
    }
    if (standing.stopped()) {
      return Optional.of(STOPPED);
    }
    FlowDefinition definition = advance.definition(standing.flow().kind());
    phases.extendDeadline(transaction, task.flow(), definition.phase(task.phase()));
    return Optional.empty();
  }

  /** As {@link #lock}, without locking: good for deciding what not to begin. */
  static Standing standing(Flow flow, PhaseTask task) {
    PhaseState phase = flow.phase(task.phase());
    boolean current = phase.run() == task.run() && phase.status() == PhaseStatus.RUNNING;
    if (!current || flow.status().isFinal()) {
      return new Standing(flow, false, false);
    }
    return new Standing(flow, true, flow.isStopped());
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
        json.createObjectNode().put("batchesDone", 0).put("batchesTotal", batches.size()));
  }

  /** Commits one planned batch. The queue begins what closes the phase when all have ended. */
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
    publish(
        transaction,
        standing.flow(),
        "phase_progressed",
        task.phase(),
        json.createObjectNode().put("batchesDone", done).put("batchesTotal", phase.unitsTotal()));
  }

  /**
   * Lets another task close the phase, after the batches that are not done: they were stopped by a
   * pause or cancelled, and their successors are not those that this task waited for.
   */
  void closeLater(Transaction transaction, PhaseTask task) throws Overtaken, PhaseFailedException {
    Standing standing = wanted(transaction, task);
    if (!standing.stopped()) {
      advance.enqueueOpenUnits(transaction, standing.flow(), task.phase());
    }
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
    FlowEvents events = new FlowEvents(json, flow);
    JsonNode approval = outcome.approval();
    if (approval == null) {
      advance.completePhase(transaction, flow, task.phase(), outcome.summary(), events);
      return;
    }
    phases.end(transaction, flow.id(), task.phase(), PhaseStatus.WAITING, outcome.summary());
    FlowStatus status = standing.stopped() ? flow.status() : FlowStatus.WAITING_FOR_USER;
    store.change(
        transaction, flow.id(), new FlowChange(status, flow.progress(), approval, flow.error()));
    events.add("approval_requested", task.phase(), events.summary(outcome.summary()));
    advance.append(transaction, flow.id(), events);
  }

  /**
   * @param attempt counted from 1
   * @param attempts after which the task is given up
   * @param reason for people
   */
  record FailedAttempt(int attempt, int attempts, String reason) {}

  /** Tells the watchers of a flow that it stands still because a run failed and is repeated. */
  void announceRetry(Transaction transaction, PhaseTask task, FailedAttempt failed) {
    store.lock(transaction, task.flow());
    Flow flow = advance.load(transaction, task.flow());
    if (standing(flow, task).wanted()) {
      publish(
          transaction,
          flow,
          "phase_retrying",
          task.phase(),
          json.createObjectNode()
              .put("attempt", failed.attempt())
              .put("attempts", failed.attempts())
              .put("reason", failed.reason()));
    }
  }

  /** Fails the flow because one of its tasks ended without success. */
  void failPhase(Transaction transaction, PhaseTask task, String reason) {
    store.lock(transaction, task.flow());
    Flow flow = advance.load(transaction, task.flow());
    if (!standing(flow, task).wanted()) {
      return;
    }
    PhaseState phase = flow.phase(task.phase());
    phases.end(transaction, flow.id(), task.phase(), PhaseStatus.FAILED, phase.summary());
    store.change(
        transaction,
        flow.id(),
        new FlowChange(
            FlowStatus.FAILED,
            flow.progress(),
            flow.approval(),
            new Flow.FlowError(task.phase(), reason)));
    FlowEvents events = new FlowEvents(json, flow);
    events.add("phase_failed", task.phase(), events.payload().put("reason", reason));
    events.add("flow_failed", task.phase(), events.payload().put("reason", reason));
    advance.append(transaction, flow.id(), events);
  }

  private void publish(
      Transaction transaction, Flow flow, String type, String phase, ObjectNode payload) {
    FlowEvents events = new FlowEvents(json, flow);
    advance.append(transaction, flow.id(), events.add(type, phase, payload));
  }

  private Standing wanted(Transaction transaction, PhaseTask task)
      throws Overtaken, PhaseFailedException {
    Standing standing = lock(transaction, task);
    if (!standing.wanted()) {
      throw new Overtaken();
    }
    return standing;
  }

  /** The flow was cancelled or the phase runs again elsewhere; the task must write nothing. */
  static final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
