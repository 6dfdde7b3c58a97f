package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls one API instance.
 *
 * @param headers sent with each request
 */
record ApiClient(HttpClient http, JsonMapper json, int port, Map<String, String> headers) {
  static final String FLOWS = "/api/v1/flows";

  /** Columns that nobody could map with confidence, so that the flow waits for approval. */
  static final String UNCLEAR_CSV = "thing,stuff,what\nalpha,blue,7x\nbeta,red,9y\ngamma,red,1z\n";

  static final String CLEAR_CSV =
      """
      Hostname,IP Address,Operating System,CPU Cores,RAM (GB),Environment
      srv-web-01,192.168.1.10,Windows Server 2019,4,16,Production
      srv-db-01,192.168.1.11,Red Hat Enterprise Linux 8,8,32,Production
      srv-app-01,192.168.1.12,Ubuntu Server 20.04,4,8,Development
      """;

  ApiClient with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new ApiClient(http, json, port, Map.copyOf(more));
  }

  ApiClient withToken(String token) {
    return with("Authorization", "Bearer " + token);
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, BodyPublishers.noBody());
  }

  HttpResponse<String> post(String path, String body) {
    return with("Content-Type", "application/json")
        .send("POST", path, BodyPublishers.ofString(body));
  }

  /** A flow of one {@code text/csv} body. */
  HttpResponse<String> upload(String query, String csv) {
    return upload(query, csv.getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> upload(String query, byte[] csv) {
    return with("Content-Type", "text/csv")
        .send("POST", FLOWS + query, BodyPublishers.ofByteArray(csv));
  }

  HttpResponse<String> send(String method, String path, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).method(method, body);
    headers.forEach(request::header);
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException("no answer to " + method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** A connection on which an upload has begun that does not end. */
  Socket beginUpload() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    String head =
        "POST "
            + FLOWS
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
            + headers.get("Authorization")
            + "\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nhostname\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  /** Sends bytes as they are, and reads until the server closes. */
  String raw(byte[] request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** Creates a flow and answers its id. */
  String create(String csv) {
    HttpResponse<String> created = upload("?file=servers.csv", csv);
    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    return tree(created).get("flowId").asString();
  }

  /** Waits until the flow has one of the statuses. */
  JsonNode awaitStatus(String flow, Set<String> statuses) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> statuses.contains(flow(flow).get("status").asString()));
    return flow(flow);
  }

  JsonNode flow(String flow) {
    return tree(get(FLOWS + "/" + flow));
  }

  JsonNode tree(HttpResponse<String> answer) {
    return json.readTree(answer.body());
  }

  /** Checks that the answer is a problem that says what to do. */
  JsonNode problem(HttpResponse<String> answer, int status, @Nullable String slug) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    return problem(answer.body(), status, slug);
  }

  JsonNode problem(String body, int status, @Nullable String slug) {
    JsonNode problem = json.readTree(body);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("title").asString()).isNotBlank();
    assertThat(problem.get("detail").asString()).hasSizeGreaterThan(20).endsWith(".");
    if (slug != null) {
      assertThat(problem.get("type").asString()).isEqualTo("urn:skein:problem:" + slug);
    }
    return problem;
  }
}
