package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.OwnConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Renews the leases of everything that runs here in one statement per heartbeat, and stops the runs
 * whose lease was lost. On a connection of its own: handlers that hold all of the pool's must not
 * cost the leases. Its answers are also how this worker knows that PostgreSQL is in reach.
 */
final class LeaseRenewer implements Runnable {
  private static final Duration AGAIN_AFTER_FAILURE = Duration.ofMillis(500);

  private final Database database;
  private final RunRenewals renewals;
  private final Slots slots;
  private final Reach reach;
  private final Duration heartbeat;

  LeaseRenewer(
      Database database, RunRenewals renewals, Slots slots, Reach reach, Duration heartbeat) {
    this.database = database;
    this.renewals = renewals;
    this.slots = slots;
    this.reach = reach;
    this.heartbeat = heartbeat;
  }

  @Override
  public void run() {
    try (OwnConnection connection = database.ownConnection()) {
      new RunUntilStopped("the renewal of leases", new Beat(connection), afterFailure()).run();
    }
  }

  private Duration afterFailure() {
    return heartbeat.compareTo(AGAIN_AFTER_FAILURE) < 0 ? heartbeat : AGAIN_AFTER_FAILURE;
  }

  private final class Beat implements RunUntilStopped.Round {
    private final OwnConnection connection;

    Beat(OwnConnection connection) {
      this.connection = connection;
    }

    @Override
    public void run() throws InterruptedException {
      renew(connection);
      Thread.sleep(heartbeat);
    }

    @Override
    public void failed() {
      reach.missed(System.nanoTime());
    }
  }

  private void renew(OwnConnection connection) {
    List<Run> running = slots.running();
    Set<Lease> lost = connection.read(handle -> renewals.renewAll(handle, running));
    reach.answered(System.nanoTime());
    for (Run run : running) {
      if (lost.contains(run.lease())) {
        run.askToStop(Run.StopReason.LEASE_LOST);
        run.interrupt();
      }
    }
  }
}
