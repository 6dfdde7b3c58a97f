package io.skein.local.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP API over all its instances: what one does not answer the next is asked. A refusal is a
 * {@link DemoFailure} with the problem's own words. Thread-safe.
 */
public final class SkeinApi implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final List<URI> instances;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  public SkeinApi(List<URI> instances, String token) {
    this.instances = List.copyOf(instances);
    this.token = token;
  }

  /**
   * Uploads the files as one discovery flow. Safe to repeat at another instance: the key makes it
   * one flow.
   */
  public Flow createFlow(String name, List<Path> files) throws IOException, InterruptedException {
    Multipart form = new Multipart().field("kind", "discovery").field("name", name);
    for (Path file : files) {
      form.csv("file", file);
    }
    String key = UUID.randomUUID().toString();
    return JSON.readValue(
        ask(instance ->
            request(instance, "/flows")
                .timeout(Duration.ofMinutes(10))
                .header("Content-Type", form.contentType())
                .header("Idempotency-Key", key)
                .POST(form.body())),
        Flow.class);
  }

  /** The flow as it is now. */
  public Flow flow(String flowId) throws IOException, InterruptedException {
    return JSON.readValue(ask(instance -> request(instance, "/flows/" + flowId).GET()), Flow.class);
  }

  /** The report of a completed flow. */
  public Report report(String flowId) throws IOException, InterruptedException {
    return JSON.readValue(
        ask(instance -> request(instance, "/flows/" + flowId + "/report").GET()), Report.class);
  }

  /** The first refused rows and cells of a flow. */
  public ImportErrors importErrors(String flowId, int limit)
      throws IOException, InterruptedException {
    return JSON.readValue(
        ask(instance ->
            request(instance, "/flows/" + flowId + "/import-errors?limit=" + limit).GET()),
        ImportErrors.class);
  }

  /** Accepts the proposed mapping with these corrections; an empty field leaves a column out. */
  public Flow approve(String flowId, Map<String, String> corrections)
      throws IOException, InterruptedException {
    List<Map<String, Object>> mapping = new ArrayList<>();
    corrections.forEach((column, field) -> mapping.add(correction(column, field)));
    String body =
        JSON.writeValueAsString(mapping.isEmpty() ? Map.of() : Map.of("mapping", mapping));
    String key = UUID.randomUUID().toString();
    return JSON.readValue(
        ask(instance ->
            request(instance, "/flows/" + flowId + "/approve")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body))),
        Flow.class);
  }

  /**
   * Opens the stream of a flow at one instance, counted round; the status says whether it is one.
   */
  public HttpResponse<InputStream> openStream(String flowId, String lastEventId, int attempt)
      throws IOException, InterruptedException {
    URI instance = instances.get(Math.floorMod(attempt, instances.size()));
    HttpRequest.Builder request =
        authorized(instance, "/flows/" + flowId + "/events/stream")
            .header("Accept", "text/event-stream")
            .GET();
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    return answer(http.sendAsync(request.build(), BodyHandlers.ofInputStream()));
  }

  static <T> T read(String json, Class<T> type) {
    return JSON.readValue(json, type);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private interface Question {
    HttpRequest.Builder at(URI instance);
  }

  private String ask(Question question) throws IOException, InterruptedException {
    IOException unanswered = new IOException("there is no API instance to ask");
    for (URI instance : instances) {
      try {
        HttpResponse<String> answer =
            http.send(question.at(instance).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 503) {
          return accepted(answer);
        }
        unanswered = new IOException(refusal(answer));
      } catch (IOException e) {
        unanswered = e;
      }
    }
    throw unanswered;
  }

  private static String accepted(HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw new DemoFailure("the API refused: " + refusal(answer));
    }
    return answer.body();
  }

  private static String refusal(HttpResponse<String> answer) {
    try {
      return JSON.readValue(answer.body(), Problem.class).explained(answer.statusCode());
    } catch (JacksonException e) {
      return "HTTP " + answer.statusCode() + " " + answer.body();
    }
  }

  private HttpRequest.Builder request(URI instance, String path) {
    return authorized(instance, path).timeout(TIMEOUT);
  }

  private HttpRequest.Builder authorized(URI instance, String path) {
    return HttpRequest.newBuilder(instance.resolve("/api/v1" + path))
        .header("Authorization", "Bearer " + token);
  }

  /** Waits for the head alone: a request's own time-out covers the endless body on newer JDKs. */
  private static <T> HttpResponse<T> answer(CompletableFuture<HttpResponse<T>> asked)
      throws IOException, InterruptedException {
    try {
      return asked.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + TIMEOUT.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } finally {
      asked.cancel(true);
    }
  }

  private static Map<String, Object> correction(String column, String field) {
    Map<String, Object> correction = new java.util.HashMap<>();
    correction.put("column", column);
    correction.put("field", field.isEmpty() ? null : field);
    return correction;
  }
}
