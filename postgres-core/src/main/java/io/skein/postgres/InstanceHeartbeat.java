package io.skein.postgres;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process in the register of instances from start to stop. PostgreSQL out of reach is
 * logged and tried again. Thread safe.
 */
public final class InstanceHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceHeartbeat.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** A beat that waits for a connection ends in it. */
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  private final Instances instances;
  private final String name;
  private final long pid;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-heartbeat").daemon().factory());

  /** Writes the row again, if it is still this process's or gone. */
  private final Runnable beat;

  private InstanceHeartbeat(Instances instances, String name, long pid, Runnable beat) {
    this.instances = instances;
    this.name = name;
    this.pid = pid;
    this.beat = beat;
  }

  /**
   * Registers the process and begins to beat.
   *
   * @throws org.jdbi.v3.core.JdbiException when PostgreSQL cannot be reached; from then on it may
   *     be away
   */
  public static InstanceHeartbeat start(
      Instances instances, String name, String role, String version, String address) {
    long pid = ProcessHandle.current().pid();
    instances.register(name, role, version, address, pid);
    InstanceHeartbeat heartbeat =
        new InstanceHeartbeat(
            instances, name, pid, () -> instances.heartbeat(name, role, version, address, pid));
    heartbeat.clock.scheduleWithFixedDelay(
        heartbeat::beat, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  /**
   * Ends the heartbeat, waiting for one under way since it would write the row again, and removes
   * the process from the register.
   */
  @Override
  public void close() {
    clock.shutdown();
    try {
      if (!clock.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("a heartbeat is still under way; the row that it may write again ages out");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      instances.deregister(name, pid);
    } catch (RuntimeException e) {
      LOG.warn("could not leave the register of instances; the row ages out", e);
    }
  }

  private void beat() {
    try {
      beat.run();
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("again_in", INTERVAL).setCause(e).log("a heartbeat failed");
    }
  }
}
