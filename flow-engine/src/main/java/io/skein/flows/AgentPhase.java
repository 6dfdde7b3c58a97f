package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.events.AgentUpdate;
import io.skein.postgres.Transaction;
import io.skein.tasks.PermanentTaskException;
import io.skein.tasks.RemoteTaskHandler;
import io.skein.tasks.Task;
import io.skein.tasks.TaskState;
import io.skein.tasks.UnreadablePayloadException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A phase whose work is done by agents over HTTP: its result becomes the phase's outcome in the
 * transaction that completes the task, under the flow's lock, as with any other phase. Thread safe.
 */
final class AgentPhase implements RemoteTaskHandler {
  private static final int LONGEST_NAME = 200;

  private final String phase;
  private final FlowStore store;
  private final PhaseSteps steps;
  private final PhaseTaskHandler reactions;
  private final PhaseHandlers handlers;
  private final AgentProgress progress;
  private final JsonMapper json;

  /**
   * @param reactions to runs that fail
   */
  AgentPhase(
      String phase,
      FlowStore store,
      PhaseSteps steps,
      PhaseTaskHandler reactions,
      PhaseHandlers handlers,
      AgentProgress progress,
      JsonMapper json) {
    this.phase = phase;
    this.store = store;
    this.steps = steps;
    this.reactions = reactions;
    this.handlers = handlers;
    this.progress = progress;
    this.json = json;
  }

  @Override
  public String type() {
    return phase;
  }

  /** As Skein's own workers: a task that finds its flow stopped ends under the flow's lock. */
  @Override
  public Optional<String> claimed(Transaction transaction, Task task) {
    try {
      return steps.beginAgent(transaction, PhaseTask.parse(json, task.payload()));
    } catch (UnreadablePayloadException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void complete(Transaction transaction, Task task, @Nullable String result) {
    PhaseTask phaseTask = PhaseTask.parse(json, task.payload());
    try {
      Flow flow = store.load(transaction.handle(), phaseTask.flow());
      PhaseOutcome outcome = handler(flow).accept(flow, read(result));
      steps.finishPhase(transaction, phaseTask, outcome, outcome.effect());
    } catch (PhaseSteps.Overtaken overtaken) {
      return; // the flow was cancelled, or the phase runs again: the task ends without effect
    } catch (PhaseFailedException e) {
      throw new PermanentTaskException(e.reason(), e);
    }
  }

  @Override
  public void progressed(Task task, int percent, @Nullable String details) {
    PhaseTask phaseTask = PhaseTask.parse(json, task.payload());
    JsonNode said = details == null ? json.createObjectNode() : json.readTree(details);
    progress.update(
        phaseTask.flow().stream(),
        new AgentUpdate(
            text(said, "agent", "agent"),
            phase,
            phaseTask.run(),
            percent,
            text(said, "status", "working"),
            "{}",
            Instant.now()));
  }

  @Override
  public void onRetry(Transaction transaction, Task task, String error) {
    reactions.onRetry(transaction, task, error);
  }

  @Override
  public void onFailed(Transaction transaction, Task task, TaskState end, String error) {
    reactions.onFailed(transaction, task, end, error);
  }

  private AgentPhaseHandler handler(Flow flow) throws PhaseFailedException {
    return handlers
        .find(flow, phase)
        .filter(AgentPhaseHandler.class::isInstance)
        .map(AgentPhaseHandler.class::cast)
        .orElseThrow(() ->
            new PhaseFailedException(
                "phase " + phase + " of " + flow.kind() + " is not for agents"));
  }

  private JsonNode read(@Nullable String result) throws PhaseFailedException {
    try {
      return result == null ? json.createObjectNode() : json.readTree(result);
    } catch (JacksonException e) {
      throw new PhaseFailedException("the result is no JSON");
    }
  }

  private static String text(JsonNode said, String field, String otherwise) {
    String text = said.path(field).asString("").strip();
    return text.isEmpty() || text.length() > LONGEST_NAME ? otherwise : text;
  }
}
