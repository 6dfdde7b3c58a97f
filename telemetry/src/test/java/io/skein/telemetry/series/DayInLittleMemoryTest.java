package io.skein.telemetry.series;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.TestServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The day in Redis takes more memory than the process has that reads it. */
@Tag("long")
@Timeout(180)
class DayInLittleMemoryTest {
  static final String NAME = "skein.http.requests";
  private static final String HEAP = "-Xmx64m";
  private static final int DAY = 1_440;
  private static final int PROCESSES = 4;
  private static final int ROUTES = 30;
  private static final int BUCKETS = 30;

  @Test
  void aDayOfOneNameIsMergedWhileItIsRead() throws Exception {
    try (Servers servers = Servers.open()) {
      write(new RedisSeries(servers.redis, servers.clock));
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  HEAP,
                  "-cp",
                  System.getProperty("java.class.path"),
                  DayMain.class.getName(),
                  servers.databaseUrl,
                  TestServers.redis().url(),
                  servers.redisSettings.keyPrefix())
              .redirectErrorStream(true)
              .start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(process.waitFor()).as(said).isZero();
      String[] words = said.substring(said.lastIndexOf('\n') + 1).split(" ");
      assertThat(words[0]).isEqualTo("REDIS");
      assertThat(Long.parseLong(words[1])).isBetween((DAY - 5L) * ROUTES, (long) DAY * ROUTES);
    }
  }

  private static void write(RedisSeries redis) {
    long present = Minutes.of(Instant.now());
    String text = PartText.write(new PartText.Content(SeriesKind.DISTRIBUTION, figures()));
    for (long minute = present - DAY + 1; minute <= present; minute++) {
      List<Part> parts = new ArrayList<>();
      for (int process = 0; process < PROCESSES; process++) {
        parts.add(new Part(NAME, minute, "api-" + process + "#x", 1, text));
      }
      redis.write(parts);
    }
  }

  private static Map<Map<String, String>, Figures> figures() {
    Map<Integer, Long> counts =
        IntStream.range(0, BUCKETS).boxed().collect(toMap(i -> 600 + i, i -> i + 1L));
    Map<Map<String, String>, Figures> byTags = new HashMap<>();
    for (int route = 0; route < ROUTES; route++) {
      byTags.put(
          Map.of("route", "/route/" + route), new Figures(465, 1_000_000, Buckets.of(counts)));
    }
    return byTags;
  }
}
