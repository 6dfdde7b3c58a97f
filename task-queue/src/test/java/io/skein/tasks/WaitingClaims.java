package io.skein.tasks;

import io.skein.testing.DatabaseAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an API does for workers over HTTP that wait for tasks, in a process of its own. They are the
 * least patient ones: a claim that failed is repeated at once.
 */
final class WaitingClaims {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingClaims.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private WaitingClaims() {}

  /** Arguments: database, Redis, key prefix, queue, claims. Runs until it is killed. */
  public static void main(String[] args) throws Exception {
    Servers servers = Servers.existing(DatabaseAddress.parse(args[0]), args[1], args[2]);
    RemoteWorkers workers = servers.queue.remoteWorkers(CrashingWorker.LEASE, List.of());
    for (int i = 0; i < Integer.parseInt(args[4]); i++) {
      RemoteWorker worker =
          new RemoteWorker("remote-" + i, List.of(args[3]), Set.of("remote"), "b");
      Thread.ofVirtual().start(() -> claimForever(workers, worker));
    }
    Thread.sleep(Duration.ofMinutes(5));
  }

  static Process launch(Servers servers, String queue, int claims) throws IOException {
    return ChildJvm.start(
        WaitingClaims.class,
        List.of(
            servers.address.url(),
            servers.redisUrl,
            servers.keyPrefix,
            queue,
            String.valueOf(claims)));
  }

  private static void claimForever(RemoteWorkers workers, RemoteWorker worker) {
    while (true) {
      try {
        for (RemoteRun run : workers.claim(worker, null, 1, PATIENCE)) {
          workers.runs().complete(run.lease(), null, null);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.debug("a claim failed; again", e);
      }
    }
  }
}
