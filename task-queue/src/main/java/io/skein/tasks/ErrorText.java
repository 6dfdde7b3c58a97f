package io.skein.tasks;

/** What people read in a task's error. */
final class ErrorText {
  private ErrorText() {}

  /**
   * The failure and its root cause; of a {@link PermanentTaskException} its message alone, which
   * was written for people. Never throws, whatever the failure does when asked.
   */
  static String of(Throwable failure) {
    if (writtenForPeople(failure) && failure.getMessage() != null) {
      return failure.getMessage();
    }
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < 100; depth++) {
      root = root.getCause();
    }
    return root == failure ? one(failure) : one(failure) + "; caused by " + one(root);
  }

  private static boolean writtenForPeople(Throwable failure) {
    return failure instanceof PermanentTaskException
        || failure instanceof UnreadablePayloadException
        || failure instanceof EndedByHandlerException;
  }

  private static String one(Throwable failure) {
    try {
      return failure.toString();
    } catch (RuntimeException | StackOverflowError e) {
      return failure.getClass().getName();
    }
  }
}
