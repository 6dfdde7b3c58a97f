package io.skein.telemetry.series;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.telemetry.series.Servers.Counting;
import io.skein.testing.ServerProcess;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(180)
class KilledInstanceTest {
  private static final String NAME = "skein.things";
  private static final long RUN_MILLIS = 13_000;

  /** The interval of flushes, and what a busy machine may take for one. */
  private static final long LOST_MILLIS = 5_000 + 1_000;

  @Test
  void itsLastMinuteIsKeptButForFiveSeconds() throws Exception {
    Stalls.repeatIfStalled(KilledInstanceTest::countAndKill);
  }

  private static void countAndKill() throws Exception {
    try (Servers servers = Servers.open()) {
      Counting other = servers.instance("api-1");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CountingMain.class.getName(),
                  servers.databaseUrl,
                  TestServers.redis().url(),
                  servers.redisSettings.keyPrefix())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      NavigableMap<Long, Long> said = new TreeMap<>();
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        String line = lines.readLine();
        while (line != null && (said.size() < 2 || said.lastKey() - said.firstKey() < RUN_MILLIS)) {
          String[] words = line.split(" ");
          if (words.length == 2 && Character.isDigit(words[0].charAt(0))) {
            said.put(Long.valueOf(words[0]), Long.valueOf(words[1]));
          }
          line = lines.readLine();
        }
        new ServerProcess(process.pid()).kill();
      }
      servers.clock.set(Instant.now());
      SeriesQuestion byInstance = new SeriesQuestion(NAME, Set.of("instance"));
      SeriesAnswer answer = other.telemetry().read(byInstance, 3);
      long kept =
          requireNonNull(answer.of(byInstance).get(Map.of("instance", "counting")))
              .values()
              .stream()
              .mapToLong(sum -> sum.count())
              .sum();
      long before = said.floorEntry(said.lastKey() - LOST_MILLIS).getValue();
      System.out.printf("said %d, kept %d%n", said.lastEntry().getValue(), kept);
      assertThat(kept).isBetween(before, said.lastEntry().getValue() + 1_000);
    }
  }
}
