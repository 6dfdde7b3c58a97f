package io.skein.tasks;

import io.skein.postgres.Transaction;

/** Handlers made of lambdas. */
final class Handlers {
  private Handlers() {}

  @FunctionalInterface
  interface Work {
    void run(TaskContext context) throws Exception;
  }

  @FunctionalInterface
  interface Reaction {
    void run(Transaction transaction, Task task, String error) throws Exception;
  }

  /** Its tasks succeed at once. */
  static TaskHandler idle(String type) {
    return of(type, context -> {});
  }

  static TaskHandler of(String type, Work work) {
    return of(type, work, (transaction, task, error) -> {});
  }

  static TaskHandler of(String type, Work work, Reaction onFailed) {
    return new TaskHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public void handle(TaskContext context) throws Exception {
        work.run(context);
      }

      @Override
      public void onFailed(Transaction transaction, Task task, TaskState end, String error)
          throws Exception {
        onFailed.run(transaction, task, error);
      }
    };
  }
}
