package io.skein.flows;

import io.skein.postgres.Transaction;
import io.skein.tasks.Task;
import io.skein.tasks.TaskContext;
import io.skein.tasks.TaskHandler;
import tools.jackson.databind.json.JsonMapper;

/** Runs phases and their batches as tasks; a task that ends without success fails its flow. */
final class PhaseTaskHandler implements TaskHandler {
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
  public void onFailed(Transaction transaction, Task task, String error) {
    steps.failPhase(transaction, PhaseTask.parse(json, task.payload()), error);
  }
}
