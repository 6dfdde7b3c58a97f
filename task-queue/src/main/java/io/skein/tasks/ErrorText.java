package io.skein.tasks;

import org.jspecify.annotations.Nullable;

/** What people read in a task's error. */
final class ErrorText {
  /** Characters of an error that are kept. */
  static final int BOUND = 8_000;

  private ErrorText() {}

  /** What can be kept of an error: without U+0000, which PostgreSQL cannot store, and bounded. */
  static String storable(String error) {
    String clean = error.replace('\u0000', '\uFFFD');
    return clean.length() <= BOUND ? clean : clean.substring(0, BOUND) + "…";
  }

  /**
   * The failure and its root cause; of a {@link PermanentTaskException} its message alone, which
   * was written for people. Never throws, whatever the failure does when asked.
   */
  static String of(Throwable failure) {
    if (writtenForPeople(failure)) {
      String message = message(failure);
      if (message != null) {
        return message;
      }
    }
    Throwable root = Causes.of(failure).getLast();
    return root == failure ? one(failure) : one(failure) + "; caused by " + one(root);
  }

  private static boolean writtenForPeople(Throwable failure) {
    return failure instanceof PermanentTaskException
        || failure instanceof UnreadablePayloadException
        || failure instanceof EndedByHandlerException;
  }

  private static @Nullable String message(Throwable failure) {
    try {
      return failure.getMessage();
    } catch (RuntimeException | Error e) {
      return null; // a subclass may throw when it is asked
    }
  }

  private static String one(Throwable failure) {
    try {
      return String.valueOf(failure.toString());
    } catch (RuntimeException | Error e) {
      return failure.getClass().getName();
    }
  }
}
