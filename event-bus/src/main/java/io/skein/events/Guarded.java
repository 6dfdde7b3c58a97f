package io.skein.events;

import java.util.Optional;

/**
 * Calls what users have written, on a thread that others depend on: whatever it throws, also an
 * {@link Error}, and an interrupt that it leaves behind, ends with the call.
 */
final class Guarded {
  private Guarded() {}

  /** A call that may fail. */
  @FunctionalInterface
  interface Call {
    void run() throws Exception;
  }

  /** Answers what it threw. */
  static Optional<Throwable> run(Call call) {
    try {
      call.run();
      return Optional.empty();
    } catch (Throwable e) {
      return Optional.of(e);
    } finally {
      clearInterrupt();
    }
  }

  /** Only for threads that nobody else interrupts while they shall go on. */
  static void clearInterrupt() {
    var left = Thread.interrupted();
  }
}
