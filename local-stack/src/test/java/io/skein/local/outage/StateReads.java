package io.skein.local.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;

/** Reads the state of a flow again and again over one connection to one instance. */
final class StateReads implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpRequest question;
  private final List<Long> versions = new CopyOnWriteArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private volatile boolean closed;

  StateReads(URI instance, String token, String flowId) {
    this.question =
        HttpRequest.newBuilder(instance.resolve("/api/v1/flows/" + flowId + "/state"))
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(20))
            .build();
    this.reader = Thread.ofPlatform().daemon().name("state-reads").start(this::read);
  }

  /** None failed, none was older than the one before, and the last version comes to be seen. */
  void assertNeverBackTo(long lastVersion) {
    await("version " + lastVersion)
        .atMost(PATIENCE)
        .until(() -> !failures.isEmpty() || versions.contains(lastVersion));
    assertThat(failures).isEmpty();
    assertThat(List.copyOf(versions)).isSorted();
  }

  private void read() {
    while (!closed) {
      try {
        HttpResponse<String> answer = http.send(question, BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          versions.add(JSON.readTree(answer.body()).get("version").asLong());
        } else {
          failures.add("HTTP " + answer.statusCode() + " " + answer.body());
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
    http.shutdownNow();
  }
}
