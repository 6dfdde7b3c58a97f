package io.skein.flows;

import io.skein.postgres.Transaction;
import io.skein.tasks.Task;
import io.skein.tasks.TaskContext;
import io.skein.tasks.TaskHandler;
import io.skein.tasks.TaskState;
import tools.jackson.databind.json.JsonMapper;

/** Runs phases and their batches as tasks; a task that ends without success fails its flow. */
final class PhaseTaskHandler implements TaskHandler {
  private static final int MOST_TECHNICAL = 500;
  private static final String GO_ON =
      ". What was done is kept: when the cause is mended, retry the flow and it goes on from there";

  private final String type;
  private final PhaseWork work;
  private final PhaseSteps steps;
  private final JsonMapper json;

  PhaseTaskHandler(String type, PhaseWork work, PhaseSteps steps, JsonMapper json) {
    this.type = type;
    this.work = work;
    this.steps = steps;
    this.json = json;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public void handle(TaskContext context) throws Exception {
    work.run(context);
  }

  @Override
  public void onRetry(Transaction transaction, Task task, String error) {
    steps.announceRetry(
        transaction,
        PhaseTask.parse(json, task.payload()),
        new PhaseSteps.FailedAttempt(
            task.attempt(), task.retries().maxAttempts(), inTheLogs(task, error)));
  }

  @Override
  public void onFailed(Transaction transaction, Task task, TaskState end, String error) {
    String reason = end == TaskState.DEAD ? inTheLogs(task, error) + GO_ON : error;
    steps.failPhase(transaction, PhaseTask.parse(json, task.payload()), reason);
  }

  /** For people who can do nothing with a stack trace, and for the one whom they will ask. */
  private static String inTheLogs(Task task, String error) {
    String technical =
        error.length() <= MOST_TECHNICAL ? error : error.substring(0, MOST_TECHNICAL) + "…";
    return "an error inside Skein; the workers' logs tell more of task %s: %s"
        .formatted(task.id(), technical);
  }
}
