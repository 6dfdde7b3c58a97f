package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.OwnConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases of everything that runs here in one statement per heartbeat, and stops the runs
 * whose lease was lost. On a connection of its own: handlers that hold all of the pool's must not
 * cost the leases. Its answers are also how this worker knows that PostgreSQL is in reach.
 */
final class LeaseRenewer implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);
  private static final Duration AGAIN_AFTER_FAILURE = Duration.ofMillis(500);

  private final Database database;
  private final LeasedWrites writes;
  private final Slots slots;
  private final WorkerRoll roll;
  private final Reach reach;
  private final Duration heartbeat;

  LeaseRenewer(
      Database database,
      LeasedWrites writes,
      Slots slots,
      WorkerRoll roll,
      Reach reach,
      Duration heartbeat) {
    this.database = database;
    this.writes = writes;
    this.slots = slots;
    this.roll = roll;
    this.reach = reach;
    this.heartbeat = heartbeat;
  }

  @Override
  public void run() {
    try (OwnConnection connection = database.ownConnection()) {
      keepOn(connection);
    }
  }

  private void keepOn(OwnConnection connection) {
    Duration pause = Duration.ZERO;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(pause);
        renew(connection);
        pause = heartbeat;
        sign(connection);
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        reach.missed(System.nanoTime());
        LOG.warn("leases were not renewed; trying again", e);
        pause = heartbeat.compareTo(AGAIN_AFTER_FAILURE) < 0 ? heartbeat : AGAIN_AFTER_FAILURE;
      }
    }
  }

  /** Leases are renewed all the same. */
  private void sign(OwnConnection connection) {
    try {
      connection.<@Nullable Void, RuntimeException>read(handle -> {
        handle.useTransaction(roll::sign);
        return null;
      });
    } catch (RuntimeException e) {
      LOG.warn("this worker is not shown among those that work; trying again", e);
    }
  }

  private void renew(OwnConnection connection) {
    List<Run> running = slots.running();
    Set<Lease> lost = connection.read(handle -> writes.renewAll(handle, running));
    reach.answered(System.nanoTime());
    for (Run run : running) {
      if (lost.contains(run.lease())) {
        run.askToStop(Run.StopReason.LEASE_LOST);
        run.interrupt();
      }
    }
  }
}
