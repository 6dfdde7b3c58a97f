package io.skein.bench.tasks;

import io.skein.tasks.Task;
import io.skein.tasks.TaskContext;
import io.skein.tasks.TaskHandler;
import java.util.function.Consumer;

/** Does nothing but say that it was begun. */
record NoOp(String type, Consumer<Task> begun) implements TaskHandler {
  /** What the worker process knows. */
  static final String TYPE = "noop";

  @Override
  public void handle(TaskContext context) {
    begun.accept(context.task());
  }
}
