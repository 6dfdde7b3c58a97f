package io.skein.local;

import java.util.concurrent.CountDownLatch;

/**
 * Runs a command that Ctrl-C or SIGTERM ends: the signal interrupts the command, which cleans up on
 * its own thread, and the JVM ends when that is done.
 */
final class RunUntilShutdown {
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile int exitCodeOnSignal;

  /** A command; an interrupt is its order to clean up and return. */
  interface Body {
    int run(RunUntilShutdown shutdown) throws Exception;
  }

  private RunUntilShutdown() {}

  /**
   * Runs the body, answers its exit code. When a signal comes, this does not return: the JVM ends.
   */
  static int call(int exitCodeOnSignal, Body body) throws Exception {
    RunUntilShutdown run = new RunUntilShutdown();
    run.exitCodeOnSignal = exitCodeOnSignal;
    Thread runner = Thread.currentThread();
    Thread hook = new Thread(() -> run.end(runner), "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return body.run(run);
    } finally {
      run.finished.countDown();
      run.unhook(hook);
    }
  }

  /** What the JVM's exit code is from now on when a signal ends it. */
  void exitCodeOnSignal(int code) {
    exitCodeOnSignal = code;
  }

  /** Returns when a signal came. */
  static void awaitSignal() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Thread runner) {
    runner.interrupt();
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(exitCodeOnSignal);
  }

  private void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook ends it, and how the body ended is of no interest.
      Thread.interrupted();
      awaitSignal();
    }
  }
}
