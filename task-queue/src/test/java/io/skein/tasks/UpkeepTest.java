package io.skein.tasks;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One duty that keeps failing does not keep the others from being done. */
final class UpkeepTest {
  @Test
  void retentionGoesOnWhileSchedulesCannotBeRead() throws Exception {
    try (Servers servers = Servers.fresh()) {
      servers.sql("alter table task_schedules rename to away");
      servers.queue.enqueue(NewTask.of("q", "count", "{}"));
      servers.sql("update tasks set state = 'succeeded', finished_at = skein_now()");
      Thread upkeep =
          Thread.ofPlatform()
              .start(new RunUntilStopped("upkeep", upkeep(servers), Duration.ofMillis(50)));
      await().until(() -> servers.count("select count(*) from tasks") == 0);
      upkeep.interrupt();
      upkeep.join();
    }
  }

  private static Upkeep upkeep(Servers servers) {
    RedisHints hints = servers.queue.hints();
    WorkerSettings settings = WorkerSettings.named("w");
    return new Upkeep(
        new DuePromoter(servers.database, hints),
        new Expiry(servers.database, hints),
        new NeededTasks(servers.database, hints),
        new Unparking(
            servers.database, hints, settings.queues(), List.of("count"), settings.build()),
        new Parking(servers.database),
        new ScheduleTicks(servers.queue),
        new Retention(servers.database, new TaskRetention(Duration.ZERO, Duration.ZERO)),
        Duration.ofMillis(50));
  }
}
