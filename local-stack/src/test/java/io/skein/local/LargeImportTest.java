package io.skein.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackProcess;
import io.skein.local.stack.StackSettings;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Twenty thousand rows (a hundred thousand with {@code -Dskein.test.full=true}) through two API
 * instances and two workers of 256 MB each, while the state is read all the time. The times are
 * printed, not asserted: they belong to the machine.
 */
@Tag("long")
class LargeImportTest {
  private static final int ROWS = Boolean.getBoolean("skein.test.full") ? 100_000 : 20_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final List<String> SYSTEMS =
      List.of(
          "Red Hat Enterprise Linux 7.9",
          "Ubuntu 18.04.6 LTS",
          "Windows Server 2012 R2",
          "Debian GNU/Linux 10 (buster)",
          "SLES 12 SP5",
          "CentOS Linux 8",
          "Oracle Linux 8.6",
          "");

  @TempDir private Path directory;

  @Test
  void isImportedWhileTheStateIsRead() throws Exception {
    Path file = inventory();
    try (LocalStack stack = LocalStack.start(StackSettings.in(directory.resolve("stack")))) {
      List<URI> instances = stack.apis().stream().map(StackProcess::url).toList();
      String token = stack.token("demo", "demo", "demo");
      try (SkeinApi api = new SkeinApi(instances, token);
          HttpClient client = HttpClient.newHttpClient()) {
        long begin = System.nanoTime();
        String flow = api.createFlow("large", List.of(file)).flowId();
        Duration uploaded = Duration.ofNanos(System.nanoTime() - begin);
        List<Duration> reads = new ArrayList<>();
        JsonNode state = follow(client, instances.getFirst(), token, flow, api, reads);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(state.get("status").asString()).isEqualTo("completed");
        assertThat(state.at("/phases/0/summary/rows").asInt()).isEqualTo(ROWS);
        for (JsonNode phase : state.get("phases")) {
          System.out.printf(
              "  %-24s %6d ms%n",
              phase.get("phase").asString(),
              Duration.between(
                      Instant.parse(phase.get("startedAt").asString()),
                      Instant.parse(phase.get("endedAt").asString()))
                  .toMillis());
        }
        Collections.sort(reads);
        System.out.printf(
            "%d rows: upload %d ms, report after %d ms; %d state reads: median %d ms, 99%% %d ms,"
                + " worst %d ms, %d of them over 50 ms%n",
            ROWS,
            uploaded.toMillis(),
            took.toMillis(),
            reads.size(),
            reads.get(reads.size() / 2).toMillis(),
            reads.get(reads.size() * 99 / 100).toMillis(),
            reads.getLast().toMillis(),
            reads.stream().filter(read -> read.toMillis() > 50).count());
      }
    }
  }

  /** Reads the state every 50 ms until the flow ends, approving when it asks. */
  private static JsonNode follow(
      HttpClient client,
      URI instance,
      String token,
      String flow,
      SkeinApi api,
      List<Duration> reads)
      throws Exception {
    JsonMapper json = JsonMapper.builder().build();
    HttpRequest request =
        HttpRequest.newBuilder(instance.resolve("/api/v1/flows/" + flow + "/state"))
            .header("Authorization", "Bearer " + token)
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      long begin = System.nanoTime();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      reads.add(Duration.ofNanos(System.nanoTime() - begin));
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode state = json.readTree(answer.body());
      switch (state.get("status").asString()) {
        case "waiting_for_user" -> api.approve(flow, Map.of());
        case "completed", "failed", "cancelled" -> {
          return state;
        }
        default -> Thread.sleep(50);
      }
    }
    throw new AssertionError("the flow did not end within " + PATIENCE);
  }

  private Path inventory() throws IOException {
    Path file = directory.resolve("large.csv");
    Random random = new Random(7);
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write(
          "Hostname,IP Address,Operating System,CPU Cores,RAM (GB),Environment,Applications,Dependencies\n");
      for (int row = 0; row < ROWS; row++) {
        writer.write(
            "srv-%06d.example.org,10.%d.%d.%d,%s,%d,%d,%s,app-%03d;app-%03d,srv-%06d.example.org%n"
                .formatted(
                    row,
                    row >> 16,
                    (row >> 8) & 255,
                    row & 255,
                    SYSTEMS.get(random.nextInt(SYSTEMS.size())),
                    1 << random.nextInt(6),
                    1 << random.nextInt(8),
                    random.nextBoolean() ? "Production" : "Test",
                    random.nextInt(300),
                    random.nextInt(300),
                    random.nextInt(ROWS)));
      }
    }
    return file;
  }
}
