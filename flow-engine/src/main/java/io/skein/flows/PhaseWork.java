package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.flows.PhaseSteps.Overtaken;
import io.skein.flows.PhaseSteps.Standing;
import io.skein.flows.StepListener.Step;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import io.skein.tasks.PermanentTaskException;
import io.skein.tasks.TaskContext;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Carries out one task of a flow: asks the phase's handler, then makes the step. Thread safe.
 *
 * <p>A task that finds its flow paused completes without effect, under the flow's lock; a resume
 * therefore either finds it live, and leaves it to go on, or enqueues its successor.
 */
final class PhaseWork {
  static final String FINISH = "finish";

  private final Database database;
  private final FlowStore store;
  private final PhaseStore phases;
  private final UnitStore units;
  private final PhaseSteps steps;
  private final PhaseHandlers handlers;
  private final AgentProgress progress;
  private final JsonMapper json;
  private final StepListener listener;

  PhaseWork(
      Database database,
      FlowStore store,
      PhaseStore phases,
      UnitStore units,
      PhaseSteps steps,
      PhaseHandlers handlers,
      AgentProgress progress,
      JsonMapper json,
      StepListener listener) {
    this.database = database;
    this.store = store;
    this.phases = phases;
    this.units = units;
    this.steps = steps;
    this.handlers = handlers;
    this.progress = progress;
    this.json = json;
    this.listener = listener;
  }

  void run(TaskContext context) throws Exception {
    PhaseTask task = PhaseTask.parse(json, context.task().payload());
    while (true) {
      try {
        attempt(context, task);
        return;
      } catch (Stopped stopped) {
        if (park(context, task)) {
          return;
        }
      } catch (Overtaken overtaken) {
        context.complete(transaction -> {}, "{\"result\":\"overtaken\"}");
        return;
      } catch (PhaseFailedException refusal) {
        throw new PermanentTaskException(refusal.reason(), refusal);
      } catch (Exception failure) {
        throw isLate(task) ? new PermanentTaskException(PhaseSteps.LATE, failure) : failure;
      }
    }
  }

  private void attempt(TaskContext context, PhaseTask task) throws Exception {
    Flow flow = database.read(handle -> store.load(handle, task.flow()));
    Standing standing = PhaseSteps.standing(flow, task);
    if (!standing.wanted()) {
      throw new Overtaken();
    }
    if (standing.stopped()) {
      throw new Stopped();
    }
    PhaseRun run =
        new PhaseRun(flow, task, (unit, effect) -> slice(context, task, unit, effect), progress);
    PhaseHandler handler = handler(flow, task);
    if (task.unit() != null) {
      batch(context, task, run, handler, task.unit());
    } else {
      phase(context, task, run, handler);
    }
  }

  private void phase(TaskContext context, PhaseTask task, PhaseRun run, PhaseHandler handler)
      throws Exception {
    if (run.phase().unitsTotal() == 0) {
      List<PhaseBatch> batches = handler.plan(run);
      if (!batches.isEmpty()) {
        completeStep(
            context, task, "plan", Effect.NOTHING, (tx, e) -> steps.plan(tx, task, batches, e));
        return;
      }
    }
    if (run.phase().unitsDone() < run.phase().unitsTotal()) {
      completeStep(
          context, task, "close later", Effect.NOTHING, (tx, e) -> steps.closeLater(tx, task));
      return;
    }
    PhaseOutcome outcome = handler.finish(run);
    completeStep(
        context,
        task,
        FINISH,
        outcome.effect(),
        (tx, e) -> steps.finishPhase(tx, task, outcome, e));
  }

  private void batch(
      TaskContext context, PhaseTask task, PhaseRun run, PhaseHandler handler, String unit)
      throws Exception {
    JsonNode spec =
        database
            .read(handle -> units.spec(handle, task.flow(), task.phase(), unit))
            .orElseThrow(() -> new PhaseFailedException("batch " + unit + " was never planned"));
    Effect effect = handler.batch(run, new PhaseBatch(unit, spec));
    completeStep(context, task, unit, effect, (tx, e) -> steps.finishUnit(tx, task, unit, e));
  }

  private void slice(TaskContext context, PhaseTask task, String unit, Effect effect)
      throws Exception {
    Step step = new Step(task.flow(), task.phase(), task.run(), unit);
    listener.beforeEffect(step);
    Standing standing =
        context.step(transaction -> {
          transaction.afterCommit(() -> listener.beforeRelay(step));
          return steps.applySlice(transaction, task, unit, heard(step, effect));
        });
    if (standing.stopped()) {
      throw new Stopped();
    }
  }

  private void completeStep(
      TaskContext context, PhaseTask task, String unit, Effect effect, StepWork work)
      throws Exception {
    Step step = new Step(task.flow(), task.phase(), task.run(), unit);
    listener.beforeEffect(step);
    context.complete(
        transaction -> {
          transaction.afterCommit(() -> listener.beforeRelay(step));
          work.apply(transaction, heard(step, effect));
        },
        "{}");
  }

  /** The listener hears of an effect exactly when it is written, in the same transaction. */
  private Effect heard(Step step, Effect effect) {
    return transaction -> {
      effect.apply(transaction);
      listener.inTransaction(transaction, step);
    };
  }

  /** A handler that is interrupted at the end of the phase's time limit must not run again. */
  private boolean isLate(PhaseTask task) {
    boolean interrupted = Thread.interrupted();
    try {
      return database.inTransaction(
          transaction -> phases.isLate(transaction, task.flow(), task.phase()));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** True when the task ended; false when the flow was resumed meanwhile and the task goes on. */
  private boolean park(TaskContext context, PhaseTask task) throws Exception {
    try {
      context.complete(
          transaction -> {
            Standing standing = steps.lock(transaction, task);
            if (standing.wanted() && !standing.stopped()) {
              throw new ResumedMeanwhile();
            }
          },
          "{\"result\":\"stopped\"}");
      return true;
    } catch (ResumedMeanwhile resumed) {
      return false;
    }
  }

  private PhaseHandler handler(Flow flow, PhaseTask task) throws PhaseFailedException {
    return handlers
        .find(flow, task.phase())
        .orElseThrow(() ->
            new PhaseFailedException(
                "this worker knows no phase " + task.phase() + " of kind " + flow.kind()));
  }

  /** A step that writes the effect it is given, or refuses to. */
  @FunctionalInterface
  private interface StepWork {
    void apply(Transaction transaction, Effect effect) throws Exception;
  }

  private static final class Stopped extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static final class ResumedMeanwhile extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
