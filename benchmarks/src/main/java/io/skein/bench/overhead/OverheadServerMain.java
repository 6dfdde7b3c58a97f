package io.skein.bench.overhead;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.api.ApiService;
import io.skein.api.ApiSettings;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.telemetry.SettingsReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Three API instances in one process, one that measures itself and two that do not, so that all run
 * the same compiled code. Given PostgreSQL, Redis and the file of the secret; prints their ports.
 * Then {@code cpu} answers nanoseconds of the process and of the threads that write series, and
 * {@code gates} nanoseconds of one look at a gate and of one empty call through its breaker. Ends
 * with its input.
 */
final class OverheadServerMain {
  private static final int CALLS = 2_000_000;

  private OverheadServerMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (ApiService measured = start(args, "measured", "on");
        ApiService plain = start(args, "plain", "off");
        ApiService control = start(args, "control", "off");
        RedisConnections redis = RedisConnections.open(RedisSettings.of(args[1]), "gates")) {
      System.out.println(measured.port() + " " + plain.port() + " " + control.port());
      BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      String order = orders.readLine();
      while (order != null) {
        System.out.println(order.equals("gates") ? gates(redis.gate(Feature.STATE_CACHE)) : cpu());
        order = orders.readLine();
      }
    }
  }

  private static ApiService start(String[] args, String name, String telemetry)
      throws IOException, InterruptedException {
    Map<String, String> settings = new HashMap<>();
    settings.put("SKEIN_NAME", name);
    settings.put("SKEIN_PORT", "0");
    settings.put("SKEIN_MANAGEMENT_PORT", "0");
    settings.put("DATABASE_URL", args[0]);
    settings.put("REDIS_URL", args[1]);
    settings.put("SKEIN_JWT_SECRET_FILE", args[2]);
    List.of("USER", "WATCHING", "ADDRESS")
        .forEach(kind -> settings.put("SKEIN_LIMIT_" + kind, "1000000/1m")); // asked, never reached
    settings.put("SKEIN_TELEMETRY", telemetry);
    return ApiService.start(ApiSettings.read(new SettingsReader(settings)));
  }

  private static String cpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long process = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    long series =
        Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
            .filter(thread -> thread != null && thread.getThreadName().startsWith("skein-series-"))
            .mapToLong(ThreadInfo::getThreadId)
            .map(threads::getThreadCpuTime)
            .sum();
    return process + " " + series;
  }

  /** The second half counts: the first has it compiled. */
  private static String gates(FeatureGate gate) {
    long open = 0;
    long looks = 0;
    long calls = 0;
    for (int half = 0; half < 2; half++) {
      long begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        open += gate.open() ? 1 : 0;
      }
      looks = System.nanoTime() - begin;
      begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        int number = i;
        open += gate.call("measuring", () -> number) & 1;
      }
      calls = System.nanoTime() - begin;
    }
    if (open == 0) {
      throw new IllegalStateException("the gate was never open");
    }
    return looks / (double) CALLS + " " + calls / (double) CALLS;
  }
}
