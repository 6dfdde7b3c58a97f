package io.skein.tasks;

import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.testing.CuttableNetwork;
import io.skein.testing.Stalls;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(300)
final class WorkerPresenceTest {
  private static final Duration LATE = Duration.ofSeconds(3);
  private static final Duration SEVERAL_ANSWERS = Duration.ofSeconds(12);

  private final Servers servers = Servers.fresh();
  private final CuttableNetwork network =
      new CuttableNetwork(servers.address.host(), servers.address.port());

  @AfterEach
  void stop() throws Exception {
    network.close();
    servers.close();
  }

  /** Others would take its lock for free and count a crash of a worker that lives. */
  @Test
  void aServerThatAnswersAfterThreeSecondsCostsNoConnection() throws Exception {
    Stalls.repeatIfStalled(() -> {
      try (Database database =
              Database.open(
                  PostgresSettings.parse(servers.address.through(network).url()), "present");
          WorkerPresence presence =
              new WorkerPresence(
                  database, "w", new Reach(Duration.ofSeconds(15), System.nanoTime()))) {
        presence.start();
        presence.awaitHeld();
        long session = session(presence);
        network.slow(LATE);
        await()
            .during(SEVERAL_ANSWERS)
            .atMost(SEVERAL_ANSWERS.plus(LATE))
            .until(() -> presence.held() && session(presence) == session);
      } finally {
        network.slow(Duration.ZERO);
      }
    });
  }

  /** The session that holds its lock; 0 when none does. */
  private long session(WorkerPresence presence) {
    return servers.count(
        "select coalesce(max(pid), 0) from live_workers where key = hashtextextended('"
            + presence.identity()
            + "', 0)");
  }
}
