package io.skein.tasks;

import java.time.Duration;

/**
 * Repeats rounds until its thread is interrupted: the outermost place, where whatever a round
 * throws is logged and the next one begins after a pause. After db-scheduler's {@code
 * RunUntilShutdown}.
 */
final class RunUntilStopped implements Runnable {
  private final RepeatedFailures failures;
  private final Round round;
  private final Duration afterFailure;

  /** Waits by itself for when it is due. */
  @FunctionalInterface
  interface Round {
    void run() throws InterruptedException;

    /** Something was thrown. */
    default void failed() {}
  }

  /**
   * @param what the rounds do, for the log
   */
  RunUntilStopped(String what, Round round, Duration afterFailure) {
    this.failures = new RepeatedFailures(what);
    this.round = round;
    this.afterFailure = afterFailure;
  }

  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        runOnce();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void runOnce() throws InterruptedException {
    try {
      round.run();
      failures.succeeded();
    } catch (RuntimeException | Error e) {
      failures.failed(e);
      round.failed();
      Thread.sleep(afterFailure);
    }
  }
}
