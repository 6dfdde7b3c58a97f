package io.skein.bench.sse;

import io.skein.bench.BenchProcess;
import io.skein.bench.Cores;
import io.skein.bench.Payload;
import io.skein.bench.Schedule;
import io.skein.bench.load.Requests;
import io.skein.testing.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A server of its own process with {@code POST /publish} and {@code GET /stream}. */
final class HttpContender implements Contender {
  private static final Duration START_LIMIT = Duration.ofSeconds(15);

  /** As long as the data line of an event of Skein with the same payload. */
  private static final String DATA =
      "{\"seq\":%d,\"id\":\"1764000000000.%d\",\"type\":\"asset_found\",\"phase\":null,\"payload\":%s,"
          + "\"source\":\"skein\",\"correlationId\":null,\"version\":0,"
          + "\"occurredAt\":\"2026-11-23T00:00:00.000000Z\"}";

  private final String name;
  private final BenchProcess process;
  private final int port;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private long published;

  private HttpContender(String name, BenchProcess process, int port) {
    this.name = name;
    this.process = process;
    this.port = port;
  }

  /** Starts a server, given its port, and puts it on the servers' core. */
  static HttpContender start(String name, Launch launch) {
    int port = FreePort.find();
    BenchProcess process = launch.at(port);
    HttpContender contender = new HttpContender(name, process, port);
    contender.awaitReady();
    process.pids().forEach(Cores.SERVER::take);
    return contender;
  }

  /** Starts the process. */
  @FunctionalInterface
  interface Launch {
    BenchProcess at(int port);
  }

  /** A main class of this module that takes the port as its argument. */
  static HttpContender java(String name, String mainClass, List<String> options, Path folder) {
    return start(
        name,
        port ->
            BenchProcess.java(
                UUID.randomUUID().toString(),
                mainClass,
                options,
                List.of(String.valueOf(port)),
                folder));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void begin() {
    // its clients always begin with what comes next
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public Requests requests() {
    return Requests.of("/stream");
  }

  @Override
  public List<Long> pids() {
    return process.pids();
  }

  @Override
  public void publish(long stamp) {
    published++;
    String data =
        DATA.formatted(published, published, Payload.stamped(stamp, SkeinContender.PAYLOAD));
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    post(data).whenComplete(this::look);
  }

  @Override
  public void close() {
    http.close();
    process.close();
  }

  private CompletableFuture<HttpResponse<Void>> post(String data) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/publish"))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofMinutes(1))
            .POST(BodyPublishers.ofString(data))
            .build(),
        BodyHandlers.discarding());
  }

  private void look(@Nullable HttpResponse<Void> answer, @Nullable Throwable problem) {
    if (answer == null || answer.statusCode() >= 300) {
      String what = answer == null ? "no answer" : "status " + answer.statusCode();
      failure.compareAndSet(
          null,
          new IllegalStateException(
              name + " did not take an event, " + what + "; see " + process.log(), problem));
    }
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (FreePort.isFree(port)) {
      if (System.nanoTime() > deadline) {
        process.close();
        throw new IllegalStateException(name + " did not start; see " + process.log());
      }
      Schedule.pause(Duration.ofMillis(20));
    }
  }
}
