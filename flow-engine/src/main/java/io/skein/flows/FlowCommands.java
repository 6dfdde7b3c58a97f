package io.skein.flows;

import io.skein.flows.CommandRequest.IdempotencyKey;
import io.skein.flows.CommandRequest.Version;
import io.skein.locks.Fence;
import io.skein.locks.GuardedRows;
import io.skein.locks.Lease;
import io.skein.locks.LockHolder;
import io.skein.locks.LockName;
import io.skein.locks.LockRequest;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The commands of users: approve, pause, resume, retry, restart, cancel. Each holds the flow's
 * lock, carries the fence its row issued, and compares the version. Thread safe.
 */
public final class FlowCommands {
  /** A frozen process keeps others waiting for so long; its fence stops what it tries later. */
  private static final Duration LOCK_TTL = Duration.ofSeconds(8);

  private static final Duration LOCK_WAIT = Duration.ofSeconds(2);

  /** They issue the fences that commands carry. */
  private static final GuardedRows ROWS = new GuardedRows("flows", "id");

  private final Database database;
  private final FlowStore store;
  private final PhaseStore phases;
  private final FlowAdvance advance;
  private final FlowTasks tasks;
  private final FlowRestart restart;
  private final Locks locks;
  private final IdempotencyKeys keys;
  private final FlowJson flowJson;
  private final JsonMapper json;
  private final PhaseHandlers handlers;

  FlowCommands(
      Database database,
      FlowStore store,
      PhaseStore phases,
      FlowAdvance advance,
      FlowTasks tasks,
      FlowRestart restart,
      Locks locks,
      IdempotencyKeys keys,
      JsonMapper json,
      PhaseHandlers handlers) {
    this.database = database;
    this.store = store;
    this.phases = phases;
    this.advance = advance;
    this.tasks = tasks;
    this.restart = restart;
    this.locks = locks;
    this.keys = keys;
    this.flowJson = new FlowJson(json);
    this.json = json;
    this.handlers = handlers;
  }

  /** Stops the flow at the next boundary of its running phases. */
  public CommandOutcome pause(CommandRequest request) throws InterruptedException {
    return command("pause", request, this::pause);
  }

  /** Lets a paused flow go on where it stopped. */
  public CommandOutcome resume(CommandRequest request) throws InterruptedException {
    return command("resume", request, this::resume);
  }

  /** Runs the failed phases of a flow again; what they committed already is kept. */
  public CommandOutcome retry(CommandRequest request) throws InterruptedException {
    return command("retry", request, this::retry);
  }

  /**
   * Does a phase and all that builds on it again, whatever they have written so far; the flow runs
   * after it. A flow that has ended stays as it is.
   *
   * @param phase one that has begun
   */
  public CommandOutcome restart(CommandRequest request, String phase) throws InterruptedException {
    return command("restart", request, (tx, flow) -> restart.from(tx, flow, phase));
  }

  /** Ends the flow for good. */
  public CommandOutcome cancel(CommandRequest request) throws InterruptedException {
    return command("cancel", request, this::cancel);
  }

  /**
   * Answers what a flow waits for.
   *
   * @param answer an empty object accepts what was proposed
   */
  public CommandOutcome approve(CommandRequest request, JsonNode answer)
      throws InterruptedException {
    // Judged before the flow's row is locked: a handler computes outside transactions.
    Optional<Judged> judged =
        store.find(request.owner(), request.flow()).flatMap(flow -> judge(flow, answer));
    return command("approve", request, (tx, flow) -> approve(tx, flow, request.user(), judged));
  }

  private @Nullable CommandOutcome pause(Transaction transaction, Flow flow) {
    if (flow.status() != FlowStatus.RUNNING) {
      return refused(flow, "pause", "running");
    }
    move(transaction, flow, FlowStatus.PAUSED);
    record(transaction, flow, "flow_paused");
    return null;
  }

  private @Nullable CommandOutcome resume(Transaction transaction, Flow flow) {
    if (flow.status() != FlowStatus.PAUSED) {
      return refused(flow, "resume", "paused");
    }
    goOn(transaction, flow, "flow_resumed");
    return null;
  }

  private @Nullable CommandOutcome retry(Transaction transaction, Flow flow) {
    if (flow.status() != FlowStatus.FAILED) {
      return refused(flow, "retry", "failed");
    }
    advance.startFailed(transaction, flow);
    goOn(transaction, flow, "flow_retried");
    return null;
  }

  private void goOn(Transaction transaction, Flow flow, String event) {
    FlowEvents events = new FlowEvents(json, flow);
    advance.goOn(transaction, flow, events.add(event, null, events.payload()));
  }

  private @Nullable CommandOutcome cancel(Transaction transaction, Flow flow) {
    if (flow.status().isFinal()) {
      return refused(flow, "cancel", "not yet completed or cancelled");
    }
    phases.cancelOpen(transaction, flow.id());
    move(transaction, flow, FlowStatus.CANCELLED);
    record(transaction, flow, "flow_cancelled");
    advance.close(transaction, flow.id());
    tasks.cancel(transaction, flow.id());
    return null;
  }

  private Optional<Judged> judge(Flow flow, JsonNode answer) {
    return flow.waitingPhase()
        .map(phase -> {
          Approval approval =
              handlers
                  .find(flow, phase.phase())
                  .map(handler -> handler.approve(flow, answer))
                  .orElseGet(
                      () -> new Approval.Refused("this instance knows no phase " + phase.phase()));
          return new Judged(phase.phase(), phase.run(), approval);
        });
  }

  /** What the handler said to an answer, good for this run of this phase only. */
  private record Judged(String phase, int run, Approval approval) {
    boolean isOf(PhaseState state) {
      return state.phase().equals(phase) && state.run() == run;
    }
  }

  private @Nullable CommandOutcome approve(
      Transaction transaction, Flow flow, String user, Optional<Judged> judged) {
    if (flow.status() != FlowStatus.WAITING_FOR_USER) {
      return refused(flow, "approve", "waiting_for_user");
    }
    if (judged.isEmpty() || flow.waitingPhase().filter(judged.get()::isOf).isEmpty()) {
      return new CommandOutcome.Refused("the flow asked only now; read what it proposes first");
    }
    return switch (judged.get().approval()) {
      case Approval.Refused refused -> new CommandOutcome.Invalid(refused.reason());
      case Approval.Accepted accepted -> {
        String phase = judged.get().phase();
        accepted.effect().apply(transaction);
        FlowEvents events = new FlowEvents(json, flow);
        events.add(accepted.event(), phase, events.payload().put("user", user));
        advance.completePhase(transaction, flow, phase, accepted.summary(), events);
        yield null;
      }
    };
  }

  private void move(Transaction transaction, Flow flow, FlowStatus status) {
    store.change(
        transaction, flow.id(), new FlowChange(status, flow.progress(), flow.approval(), null));
  }

  private void record(Transaction transaction, Flow flow, String event) {
    FlowEvents events = new FlowEvents(json, flow);
    advance.append(transaction, flow.id(), events.add(event, null, events.payload()));
  }

  private CommandOutcome command(String name, CommandRequest request, Change change)
      throws InterruptedException {
    // Before the lock: whose flow it is not must not learn that somebody works on it.
    if (!store.exists(request.owner(), request.flow())) {
      return new CommandOutcome.NotFound();
    }
    LockName lock = new LockName("flow:" + request.flow());
    String holder = name + " by " + request.user();
    LockRequest wanted = LockRequest.of(lock, holder, LOCK_TTL);
    Optional<Lease> acquired = locks.acquire(wanted, LOCK_WAIT);
    if (acquired.isEmpty()) {
      return new CommandOutcome.Busy(
          locks.holder(lock).map(LockHolder::holder).orElse("another command"));
    }
    try (Lease lease = acquired.get()) {
      Optional<Fence> fence =
          database.inTransaction(transaction -> issue(transaction, request, lease));
      if (fence.isEmpty()) {
        return new CommandOutcome.NotFound();
      }
      return database.inTransaction(
          transaction -> fenced(transaction, request, fence.get(), change));
    } catch (RolledBack rolledBack) {
      return rolledBack.outcome;
    }
  }

  /** Not to a command that has lost the lock since: it would refuse the one that has it now. */
  private static Optional<Fence> issue(
      Transaction transaction, CommandRequest request, Lease lease) {
    Optional<Fence> fence = ROWS.issue(transaction, request.flow().value());
    if (!lease.held()) {
      throw new RolledBack(new CommandOutcome.Busy("a later command"));
    }
    return fence;
  }

  private CommandOutcome fenced(
      Transaction transaction, CommandRequest request, Fence fence, Change change) {
    if (!ROWS.demand(transaction, request.flow().value(), fence)) {
      throw new RolledBack(new CommandOutcome.Busy("a later command"));
    }
    IdempotencyKey key = request.idempotencyKey();
    if (key != null) {
      Optional<CommandOutcome> earlier = keys.take(transaction, request.owner().tenant(), key);
      if (earlier.isPresent()) {
        return earlier.get();
      }
    }
    Flow flow = advance.load(transaction, request.flow());
    Version expected = request.expectedVersion();
    if (expected != null && !expected.matches(flow)) {
      throw new RolledBack(new CommandOutcome.Stale(flow.version(), flow.epoch()));
    }
    CommandOutcome refusal = change.apply(transaction, flow);
    if (refusal != null) {
      throw new RolledBack(refusal);
    }
    Flow changed = advance.load(transaction, request.flow());
    String answer = flowJson.text(changed);
    if (key != null) {
      keys.answer(transaction, request.owner().tenant(), key, answer);
    }
    return new CommandOutcome.Done(answer, changed.version(), changed.epoch());
  }

  static CommandOutcome refused(Flow flow, String command, String needed) {
    return new CommandOutcome.Refused(
        "cannot "
            + command
            + " a flow that is "
            + flow.status().wireName()
            + "; it must be "
            + needed);
  }

  /** Answers null when the change was made, else why not. */
  @FunctionalInterface
  private interface Change {
    @Nullable CommandOutcome apply(Transaction transaction, Flow flow);
  }

  /** Carries a refusal out of a transaction so that nothing of it stays. */
  private static final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient CommandOutcome outcome;

    RolledBack(CommandOutcome outcome) {
      super(null, null, false, false);
      this.outcome = outcome;
    }
  }
}
