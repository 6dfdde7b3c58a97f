package io.skein.flows;

import io.skein.postgres.Transaction;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Has a phase and all that builds on it done again. Runs inside a command's transaction, under the
 * flow's lock. Thread safe.
 *
 * <p>The phases' runs are raised, so whatever still works on an earlier one is overtaken. A flow
 * that has ended is not restarted: its watchers have been told that nothing follows, and the report
 * of a completed flow was given to people.
 */
final class FlowRestart {
  private final PhaseStore phases;
  private final UnitStore units;
  private final FlowAdvance advance;
  private final FlowTasks tasks;
  private final JsonMapper json;
  private final PhaseHandlers handlers;

  FlowRestart(
      PhaseStore phases,
      UnitStore units,
      FlowAdvance advance,
      FlowTasks tasks,
      JsonMapper json,
      PhaseHandlers handlers) {
    this.phases = phases;
    this.units = units;
    this.advance = advance;
    this.tasks = tasks;
    this.json = json;
    this.handlers = handlers;
  }

  /**
   * @return null when it was done, else why not
   */
  @Nullable CommandOutcome from(Transaction transaction, Flow flow, String phase) {
    CommandOutcome refusal = refusal(flow, phase);
    if (refusal != null) {
      return refusal;
    }
    List<String> again =
        advance.definition(flow.kind()).from(phase).stream().map(PhaseDefinition::name).toList();
    for (String name : again) {
      Optional<PhaseHandler> handler = handlers.find(flow, name);
      if (handler.isEmpty()) {
        return new CommandOutcome.Refused("this instance knows no phase " + name);
      }
      handler.get().undo(flow.id()).apply(transaction);
    }
    advance.forgetAgents(transaction, flow.id(), again);
    units.forget(transaction, flow.id(), again);
    phases.reset(transaction, flow.id(), again);
    announce(transaction, flow, phase, again);
    // Also those of phases beside, which go on after what they committed: a task is not looked
    // into.
    tasks.cancel(transaction, flow.id());
    advance.startFailed(transaction, advance.load(transaction, flow.id()));
    advance.goOn(transaction, advance.load(transaction, flow.id()), new FlowEvents(json, flow));
    return null;
  }

  private static @Nullable CommandOutcome refusal(Flow flow, String phase) {
    List<String> known = flow.phases().stream().map(PhaseState::phase).toList();
    if (!known.contains(phase)) {
      return new CommandOutcome.Invalid(
          "The flow has no such phase; it has " + String.join(", ", known) + ".");
    }
    if (flow.status().isFinal()) {
      return FlowCommands.refused(flow, "restart", "not yet completed or cancelled");
    }
    if (flow.phase(phase).status() == PhaseStatus.PENDING) {
      return new CommandOutcome.Refused(
          "the phase " + phase + " has not begun; restart from one that has");
    }
    return null;
  }

  /** Before tasks are touched: the stream's row is locked before theirs. */
  private void announce(Transaction transaction, Flow flow, String phase, List<String> again) {
    FlowEvents events = new FlowEvents(json, flow);
    ObjectNode payload = events.payload();
    ArrayNode names = payload.putArray("phases");
    again.forEach(names::add);
    advance.append(transaction, flow.id(), events.add("flow_restarted", phase, payload));
  }
}
