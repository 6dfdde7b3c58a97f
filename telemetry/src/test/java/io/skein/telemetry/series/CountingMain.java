package io.skein.telemetry.series;

import io.micrometer.core.instrument.Counter;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import java.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** A process that counts until it is killed, and says how far it has come. */
final class CountingMain {
  private CountingMain() {}

  public static void main(String[] args) {
    Database database = Database.open(PostgresSettings.parse(args[0]).withPoolSize(2), "counting");
    RedisConnections redis =
        RedisConnections.open(Servers.patient(args[1]).withKeyPrefix(args[2]), "counting");
    Telemetry telemetry =
        Telemetry.open(
            redis, database, "counting", TelemetrySettings.defaults(), Clock.systemUTC());
    telemetry.start(telemetry.registry());
    Counter counter = telemetry.registry().counter("skein.things");
    while (true) {
      counter.increment();
      System.out.println(System.currentTimeMillis() + " " + (long) counter.count());
      LockSupport.parkNanos(1_000_000);
    }
  }
}
