package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.events.Journal;
import io.skein.postgres.Transaction;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a flow goes on: from its creation, from the end of a phase, after a stop, to its end. Runs
 * inside transactions that have locked the flow's row. Thread safe.
 */
final class FlowAdvance {
  private final FlowStore store;
  private final PhaseStore phases;
  private final UnitStore units;
  private final Journal journal;
  private final FlowTasks tasks;
  private final JsonMapper json;
  private final Function<String, FlowDefinition> definitions;
  private final AgentProgress progress;

  FlowAdvance(
      FlowStore store,
      PhaseStore phases,
      UnitStore units,
      Journal journal,
      FlowTasks tasks,
      JsonMapper json,
      Function<String, FlowDefinition> definitions,
      AgentProgress progress) {
    this.store = store;
    this.phases = phases;
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
    phases.insert(transaction, id, definition);
    uploads.claim(transaction, id, flow.uploads());
    journal.open(transaction, id.stream(), flow.owner().tenant());
    FlowEvents events = new FlowEvents(json, flow.correlationId(), flow.trace());
    events.add(
        "flow_created",
        null,
        events.payload().put("name", flow.name()).put("kind", definition.kind()));
    advance(transaction, load(transaction, id), events);
    return load(transaction, id);
  }

  void completePhase(
      Transaction transaction, Flow flow, String phase, JsonNode summary, FlowEvents events) {
    phases.end(transaction, flow.id(), phase, PhaseStatus.COMPLETED, summary);
    events.add("phase_completed", phase, events.summary(summary));
    advance(transaction, load(transaction, flow.id()), events);
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
    boolean stopped = flow.isStopped();
    if (complete && !stopped) {
      store.change(transaction, flow.id(), FlowChange.to(FlowStatus.COMPLETED, progress));
      events.add("flow_completed", null, events.payload().put("progress", progress));
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
            flow.waitingPhase().isPresent() ? flow.approval() : null,
            stopped ? flow.error() : null));
    if (!stopped) {
      for (PhaseDefinition phase : definition.ready(flow.phases())) {
        phases.start(transaction, flow.id(), phase);
        Flow started = load(transaction, flow.id());
        tasks.enqueuePhase(transaction, started, phase.name());
        events.add(
            "phase_started",
            phase.name(),
            events
                .payload()
                .put("run", started.phase(phase.name()).run())
                .put("progress", progress));
      }
    }
    append(transaction, flow.id(), events);
  }

  /** Begins the next run of each phase that failed; what they committed is kept. */
  void startFailed(Transaction transaction, Flow flow) {
    for (PhaseState phase : flow.phases()) {
      if (phase.status() == PhaseStatus.FAILED) {
        phases.start(transaction, flow.id(), definition(flow.kind()).phase(phase.phase()));
      }
    }
  }

  /**
   * Lets a flow run whatever stopped it: enqueues what running phases lack, starts what may start.
   */
  void goOn(Transaction transaction, Flow flow, FlowEvents events) {
    phases.extendDeadlines(transaction, flow.id(), definition(flow.kind()));
    store.change(
        transaction,
        flow.id(),
        new FlowChange(FlowStatus.RUNNING, flow.progress(), flow.approval(), null));
    Flow running = load(transaction, flow.id());
    enqueueOpenWork(transaction, running);
    advance(transaction, running, events);
  }

  /** Enqueues whatever a running phase lacks; what is live already is not enqueued again. */
  private void enqueueOpenWork(Transaction transaction, Flow flow) {
    for (PhaseState phase : flow.phases()) {
      if (phase.status() == PhaseStatus.RUNNING) {
        if (phase.unitsTotal() == 0) {
          tasks.enqueuePhase(transaction, flow, phase.phase());
        } else {
          enqueueOpenUnits(transaction, flow, phase.phase());
        }
      }
    }
  }

  /** Enqueues the batches of a phase that are not done, and what closes it after them. */
  void enqueueOpenUnits(Transaction transaction, Flow flow, String phase) {
    tasks.enqueueUnits(transaction, flow, phase, units.open(transaction, flow.id(), phase));
  }

  /** Forgets what the agents of some phases told last. */
  void forgetAgents(Transaction transaction, FlowId flow, List<String> names) {
    transaction.afterCommit(
        () -> Thread.startVirtualThread(() -> progress.forget(flow.stream(), names)));
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

  private static FlowStatus status(Flow flow) {
    return flow.waitingPhase().isPresent() ? FlowStatus.WAITING_FOR_USER : FlowStatus.RUNNING;
  }
}
