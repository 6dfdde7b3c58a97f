package io.skein.events;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process that takes part in a consumer group until it is killed. */
final class ConsumingProcess {
  static final String GROUP = "ledger";

  private ConsumingProcess() {}

  /** Arguments: database, Redis, key prefix, tenant, name of the instance. */
  public static void main(String[] args) throws Exception {
    RedisSettings redis = RedisSettings.of(args[1]).withKeyPrefix(args[2]);
    Instance instance =
        Instance.start(PostgresSettings.parse(args[0]), redis, args[4], EventSettings.defaults());
    instance
        .bus
        .groups()
        .open(args[3], GROUP, 16, GroupStart.FROM_START)
        .consume(
            (transaction, entries) -> {
              for (FeedEntry entry : entries) {
                transaction
                    .handle()
                    .createUpdate(
                        "insert into ledger (stream_id, seq, worker) values (:stream, :seq, :worker)")
                    .bind("stream", entry.event().stream().value())
                    .bind("seq", entry.event().seq())
                    .bind("worker", args[4])
                    .execute();
              }
            },
            3);
    System.out.write(1); // it takes part
    System.out.flush();
    var end = System.in.read(); // the parent's end is the child's
    Runtime.getRuntime().halt(end);
  }

  static Process launch(String postgres, String redis, String keyPrefix, String tenant, String name)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ConsumingProcess.class.getName(),
                postgres,
                redis,
                keyPrefix,
                tenant,
                name));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Comes back when the process takes part. */
  static void awaitPart(Process process) throws IOException {
    if (process.getInputStream().read() != 1) {
      throw new IOException("the consumer did not start; its output is above");
    }
  }
}
