package io.skein.tasks;

import org.jspecify.annotations.Nullable;

/**
 * Takes what a handler logs through a logging library, for the appender of that library: of each
 * run the last 8,000 characters are kept with it, as those of {@link TaskContext#log}. Thread safe.
 */
public final class RunLog {
  private static final ThreadLocal<@Nullable Run> RUN = new ThreadLocal<>();

  private RunLog() {}

  /** Adds a line to the log of the run on the calling thread; nothing when there is none. */
  public static void append(String line) {
    Run run = RUN.get();
    if (run != null) {
      run.log(line);
    }
  }

  static void enter(Run run) {
    RUN.set(run);
  }

  static void leave() {
    RUN.remove();
  }
}
