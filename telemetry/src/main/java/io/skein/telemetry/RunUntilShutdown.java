package io.skein.telemetry;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frame of an executable: start, wait for SIGTERM or SIGINT, stop. Exit code 1 with a message
 * on standard error when the start fails.
 */
public final class RunUntilShutdown {
  private static final Logger LOG = LoggerFactory.getLogger(RunUntilShutdown.class);

  private RunUntilShutdown() {}

  /** Starts a service. */
  @FunctionalInterface
  public interface Starter {
    AutoCloseable start() throws Exception;
  }

  /** Does not return before the process was asked to end and the service has stopped. */
  public static void run(String name, Starter starter) {
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      AutoCloseable service = starter.start();
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("skein-shutdown")
                  .unstarted(() -> stop(name, service, stopped)));
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.atError().addKeyValue("name", name).setCause(e).log("a service could not start");
      System.err.println(name + " could not start: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void stop(String name, AutoCloseable service, CountDownLatch stopped) {
    try {
      service.close();
      LOG.atInfo().addKeyValue("name", name).log("a service stopped");
    } catch (Exception e) {
      LOG.atError().addKeyValue("name", name).setCause(e).log("a service did not stop cleanly");
    } finally {
      stopped.countDown();
    }
  }
}
