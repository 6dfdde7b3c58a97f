package io.skein.telemetry.series;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import java.time.Clock;
import java.util.Set;

/** A process that reads a day of one name and says how many rows it has. */
final class DayMain {
  private DayMain() {}

  public static void main(String[] args) throws Exception {
    SeriesQuestion question = new SeriesQuestion(DayInLittleMemoryTest.NAME, Set.of("route"));
    try (Database database =
            Database.open(PostgresSettings.parse(args[0]).withPoolSize(2), "reading");
        RedisConnections redis =
            RedisConnections.open(Servers.patient(args[1]).withKeyPrefix(args[2]), "reading");
        Telemetry telemetry =
            Telemetry.open(
                redis, database, "reading", TelemetrySettings.defaults(), Clock.systemUTC())) {
      Servers.awaitUse(redis);
      SeriesAnswer answer = telemetry.read(question, 1_440);
      long rows = answer.of(question).values().stream().mapToLong(line -> line.size()).sum();
      System.out.println(answer.source() + " " + rows);
    }
  }
}
