package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Bad input is answered with a problem that says what to do, and changes nothing. */
class BadInputTest {
  private static final String MULTIPART = "multipart/form-data; boundary=xyz";

  private static ApiStack stack;
  private static ApiClient api;
  private static String waiting;

  private Map<String, Long> before = Map.of();

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    api = stack.client(1);
    stack.startWorker();
    waiting = api.create(ApiClient.UNCLEAR_CSV);
    JsonNode flow = api.awaitStatus(waiting, Set.of("waiting_for_user", "failed", "completed"));
    assertThat(flow.get("status").asString()).isEqualTo("waiting_for_user");
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @BeforeEach
  void count() {
    before = stack.rowCounts();
  }

  @AfterEach
  void nothingHasChanged() {
    assertThat(stack.rowCounts()).isEqualTo(before);
    assertThat(api.flow(waiting).get("status").asString()).isEqualTo("waiting_for_user");
  }

  @Test
  void filesThatAreNoInventory() throws Exception {
    refused("empty", new byte[0]);
    refused("only blanks", "\n \n\n".getBytes(UTF_8));
    refused("pdf", "%PDF-1.7\n%âãÏÓ\n1 0 obj\n<< /Type /Catalog >>\nendobj\n".getBytes(ISO_8859_1));
    refused("zip", zip());
    refused("headers only", "hostname,ip address,os\n".getBytes(UTF_8));
    refused("one column", "hostname\nweb-01\nweb-02\n".getBytes(UTF_8));
    refused("unclosed quote", "hostname,os\nweb-01,\"Debian\nweb-02,Debian\n".getBytes(UTF_8));
    refused("nul bytes", "hostname,os\nweb-01,Deb\0ian\n".getBytes(UTF_8));
    refused("5,000 columns", wide(5_000));
    refused(
        "10 MB in a cell",
        ("hostname,os\nweb-01," + "x".repeat(10_000_000) + "\n").getBytes(UTF_8));
  }

  /** The same in a form, where a good file stands beside the bad one. */
  @Test
  void oneBadFileAmongGoodOnes() throws Exception {
    HttpResponse<String> answer =
        form(part("file", "good.csv", ApiClient.CLEAR_CSV) + part("file", "bad.csv", "a\nb\n"));
    assertThat(api.problem(answer, 422, "unusable-input").get("file").asString())
        .isEqualTo("bad.csv");
  }

  @Test
  void contentThatIsNotTaken() {
    for (String type : new String[] {"application/json", "application/pdf", "x", "text/plain"}) {
      HttpResponse<String> answer =
          api.with("Content-Type", type).send("POST", FLOWS, BodyPublishers.ofString("a,b\n1,2\n"));
      api.problem(answer, 415, "unsupported-media-type");
    }
    api.problem(api.send("POST", FLOWS, BodyPublishers.ofString("a,b\n")), 415, null);
    api.problem(api.send("POST", FLOWS, BodyPublishers.noBody()), 415, null);
  }

  @Test
  void bodiesOverTheLimit() throws Exception {
    int size = (int) ApiStack.MAX_UPLOAD_BYTES + 1;
    String head =
        "POST /api/v1/flows HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: "
            + api.headers().get("Authorization")
            + "\r\nContent-Type: text/csv\r\n";
    String declared = api.raw((head + "Content-Length: " + size + "\r\n\r\n").getBytes(UTF_8));
    assertProblem(declared, 413, "too-large");

    byte[] rows = "web-01,Debian\n".repeat(size / 14 + 1).getBytes(UTF_8);
    HttpResponse<String> chunked =
        api.with("Content-Type", "text/csv")
            .send(
                "POST", FLOWS, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(rows)));
    JsonNode problem = api.problem(chunked, 413, "too-large");
    assertThat(problem.get("limitBytes").asLong()).isEqualTo(ApiStack.MAX_UPLOAD_BYTES);

    Supplier<ByteArrayInputStream> json =
        () -> new ByteArrayInputStream("[".concat(" ".repeat(3 << 20)).getBytes(UTF_8));
    for (String path : new String[] {"/api/v1/session", FLOWS + "/" + waiting + "/approve"}) {
      ApiClient typed = api.with("Content-Type", "application/json");
      api.problem(
          typed.send("POST", path, BodyPublishers.ofInputStream(json::get)), 413, "too-large");
      api.problem(
          typed.send("POST", path, BodyPublishers.ofByteArray(json.get().readAllBytes())),
          413,
          "too-large");
    }
  }

  /** A connection that is closed with bytes unread is reset, and takes the answer with it. */
  @Test
  void anEarlyAnswerReachesAClientThatFirstSendsEverything() throws Exception {
    int size = 32 << 20;
    byte[] head =
        ("POST /api/v1/flows HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
                + "Content-Length: "
                + size
                + "\r\n\r\n")
            .getBytes(UTF_8);
    assertProblem(api.raw(Arrays.copyOf(head, head.length + size)), 401, "unauthenticated");
  }

  @Test
  void tooManyUploadsAtOnce() throws Exception {
    List<Socket> arriving = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        arriving.add(api.beginUpload());
      }
      await()
          .untilAsserted(() -> {
            HttpResponse<String> refused = api.upload("?name=one-too-many", "hostname\nweb-1\n");
            api.problem(refused, 503, "unavailable");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
          });
    } finally {
      for (Socket socket : arriving) {
        socket.close();
      }
    }
    await().untilAsserted(() -> api.problem(api.upload("?name=again", ""), 422, "unusable-input"));
  }

  @Test
  void whatDoesNotExist() {
    String unknown = UUID.randomUUID().toString();
    api.problem(api.get(FLOWS + "/" + unknown), 404, "not-found");
    api.problem(api.get(FLOWS + "/" + unknown + "/state"), 404, "not-found");
    api.problem(api.post(FLOWS + "/" + unknown + "/pause", ""), 404, "not-found");
    api.problem(api.get("/api/v1/tasks/" + unknown), 404, "not-found");
    api.problem(api.post(FLOWS + "/" + waiting + "/explode", ""), 404, "not-found");
    api.problem(api.post(FLOWS + "/" + waiting + "/phases/nowhere/restart", ""), 404, "not-found");
    api.problem(api.get("/api/v2/flows"), 404, "not-found");
    api.problem(api.get(FLOWS + "/" + waiting + "/report"), 404, "not-found");
    for (String id : new String[] {"1", "x", unknown + "0", "1-1-1-1-1", "%F0%9F%A6%86"}) {
      api.problem(api.get(FLOWS + "/" + id), 400, "malformed-id");
      api.problem(api.get("/api/v1/tasks/" + id), 400, "malformed-id");
      api.problem(api.post(FLOWS + "/" + id + "/cancel", ""), 400, "malformed-id");
    }
    HttpResponse<String> badType = api.get(FLOWS + "/" + waiting + "/assets?type=spaceship");
    api.problem(badType, 400, "malformed-request");
    assertThat(badType.body()).contains("virtual_machine");
    for (String method : new String[] {"PUT", "DELETE", "PATCH"}) {
      HttpResponse<String> answer =
          api.send(method, FLOWS + "/" + waiting, BodyPublishers.noBody());
      api.problem(answer, 405, "method-not-allowed");
      assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
    }
  }

  @Test
  void valuesOfANewFlow() throws Exception {
    for (String query :
        new String[] {
          "?kind=teleport",
          "?asOf=yesterday",
          "?asOf=2026-02-30",
          "?asOf=%00",
          "?name=" + "n".repeat(201),
          "?name=a%00b",
          "?kind=%00",
          "?name=%FF%FE",
        }) {
      HttpResponse<String> answer = api.upload(query, ApiClient.CLEAR_CSV);
      assertThat(answer.statusCode()).as(query).isEqualTo(400);
      api.problem(answer, 400, "malformed-request");
    }
    api.problem(
        api.with("Idempotency-Key", "k".repeat(201)).upload("", ApiClient.CLEAR_CSV), 400, null);
    api.problem(api.with("Idempotency-Key", " ").upload("", ApiClient.CLEAR_CSV), 400, null);
    api.problem(
        form(part("file", "a.csv", ApiClient.CLEAR_CSV) + field("kind", "teleport")), 400, null);
    api.problem(
        form(part("file", "a.csv", ApiClient.CLEAR_CSV) + field("asOf", "22.11.2026")), 400, null);
    api.problem(
        form(part("file", "a.csv", ApiClient.CLEAR_CSV) + field("name", "x".repeat(9_000))),
        413,
        "too-large");
  }

  @Test
  void aNameOfAFileThatIsTooLong() {
    String name = "n".repeat(9_000) + ".csv";
    JsonNode refused =
        api.problem(form(part("file", name, ApiClient.CLEAR_CSV)), 400, "malformed-request");
    assertThat(refused.get("detail").asString())
        .contains("Shorten the name of its file")
        .doesNotContain("valid multipart");
  }

  @Test
  void formsThatAreNone() {
    api.problem(form(""), 400, "malformed-request");
    api.problem(form(field("name", "no file")), 400, "malformed-request");
    String truncated = part("file", "a.csv", ApiClient.CLEAR_CSV);
    api.problem(body(MULTIPART, truncated), 400, "malformed-request");
    api.problem(
        body(MULTIPART, truncated.substring(0, truncated.length() / 2)), 400, "malformed-request");
    api.problem(body(MULTIPART, ""), 400, "malformed-request");
    api.problem(body(MULTIPART, "nothing of the kind"), 400, "malformed-request");
    api.problem(body("multipart/form-data", truncated), 400, "malformed-request");
    api.problem(body("multipart/form-data; boundary=", truncated), 400, "malformed-request");
    api.problem(body("multipart/form-data; boundary=other", truncated), 400, "malformed-request");
    // One header line without an end must not be kept however long it becomes.
    for (int size : new int[] {10_000, 4 << 20}) {
      HttpResponse<String> refused = form(field("x".repeat(size), "value"));
      JsonNode problem = api.problem(refused, 400, "malformed-request");
      assertThat(problem.get("detail").asString()).contains("more than 8 KiB");
    }
    StringBuilder many = new StringBuilder();
    for (int n = 0; n < 51; n++) {
      many.append(part("file", n + ".csv", "a,b\n1,2\n"));
    }
    api.problem(form(many.toString()), 413, "too-large");
  }

  @Test
  void approvalsThatDoNotFit() {
    String approve = FLOWS + "/" + waiting + "/approve";
    for (String body :
        new String[] {
          "{\"mapping\":[{\"column\":\"no such column\",\"field\":\"hostname\"}]}",
          "{\"mapping\":[{\"column\":\"thing\",\"field\":\"no_such_field\"}]}",
          "{\"mapping\":[{\"file\":\"other.csv\",\"column\":\"thing\",\"field\":\"hostname\"}]}",
          "{\"mapping\":[{\"column\":\"thing\\u0000\",\"field\":null}]}",
          "{\"mapping\":[{\"column\":\"thing\"}]}",
          "{\"mapping\":{\"thing\":\"hostname\"}}",
          "{\"mapping\":[7]}",
          "{\"maping\":[]}",
          "[]",
          "7",
        }) {
      HttpResponse<String> answer = api.post(approve, body);
      assertThat(answer.statusCode()).as("%s: %s", body, answer.body()).isEqualTo(422);
      api.problem(answer, 422, "unusable-input");
    }
    for (String body :
        new String[] {
          "{\"mapping\":[",
          "{'mapping':[]}",
          "{} {}",
          "null",
          "\u0001",
          "[".repeat(5_000) + "]".repeat(5_000),
          "9".repeat(2_000),
          "{\"mapping\":[],\"" + "k".repeat(60_000) + "\":1}",
        }) {
      HttpResponse<String> answer = api.post(approve, body);
      assertThat(answer.statusCode())
          .as(body.substring(0, Math.min(20, body.length())))
          .isIn(400, 422);
      api.problem(answer, answer.statusCode(), null);
    }
    api.problem(
        api.with("Content-Type", "application/json")
            .send("POST", approve, BodyPublishers.ofByteArray(new byte[] {'"', (byte) 0xff, '"'})),
        400,
        "malformed-json");
    api.problem(api.post(FLOWS + "/" + waiting + "/resume", ""), 409, "conflict");
    api.problem(api.post(FLOWS + "/" + waiting + "/retry", ""), 409, "conflict");
  }

  @Test
  void queriesThatMeanNothing() {
    String flow = FLOWS + "/" + waiting;
    for (String path :
        new String[] {
          FLOWS + "?limit=0",
          FLOWS + "?limit=-1",
          FLOWS + "?limit=201",
          FLOWS + "?limit=many",
          FLOWS + "?after=garbage",
          FLOWS + "?after=%00",
          flow + "/events?after=x",
          flow + "/events?after=-1",
          flow + "/events?limit=0",
          flow + "/events?before=-1",
          flow + "/events?order=random",
          flow + "/events?since=yesterday",
          flow + "/events?until=2026-11-23",
          flow + "/events?since=%2B999999999-01-01T00:00:00Z",
          flow + "/events?types=" + "x".repeat(201),
          flow + "/events?types=%00",
          flow + "/events?phases=a,b%00",
          flow + "/events/stream?types=%00",
          flow + "/assets?limit=100000",
          flow + "/assets?after=a%00b",
          flow + "/assets?type=%00",
          flow + "/dependencies?after=x",
          flow + "/findings?after=1.5",
          flow + "/import-errors?after=" + "9".repeat(30),
          flow + "/import-errors?after=" + "9".repeat(600),
          flow + "/assets?after=%FF",
        }) {
      HttpResponse<String> answer = api.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(400);
      api.problem(answer, 400, "malformed-request");
    }
  }

  @Test
  void whatIsHardlyHttp() throws Exception {
    assertProblem(get("/", "X-Filler: " + "x".repeat(40_000) + "\r\n"), 431, "headers-too-large");
    assertProblem(get("/" + "x".repeat(40_000), ""), 414, "address-too-long");
    assertProblem(get("/api/v1/flows?after=%zz", ""), 400, "malformed-request");
    assertProblem(get("/api/v1/flows?after=%4", ""), 400, "malformed-request");
    assertProblem(get("/api/v1/flows/%00", ""), 400, "malformed-request");
    assertProblem(get("/%zz", ""), 400, "malformed-request");
    assertProblem(get("/api/v1/flows/%c0%af", ""), 400, "malformed-request");
    assertProblem(api.raw("nonsense\r\n\r\n".getBytes(UTF_8)), 400, "malformed-request");
    assertProblem(
        api.raw(upload("Transfer-Encoding: chunked\r\nConnection: close\r\n", "zz\r\nweb-01\r\n")),
        400,
        "malformed-request");
  }

  /** Names are taken as well as they can be read; none of them breaks the request. */
  @Test
  void namesOfFilesThatAreNoUtf8() throws Exception {
    byte[] latin1 =
        (part("file", "gr\u00fc\u00df.csv", "a\nb\n") + "--xyz--\r\n").getBytes(ISO_8859_1);
    HttpResponse<String> answer =
        api.with("Content-Type", MULTIPART).send("POST", FLOWS, BodyPublishers.ofByteArray(latin1));
    assertThat(api.problem(answer, 422, "unusable-input").get("file").asString())
        .startsWith("gr")
        .endsWith(".csv");
  }

  @Test
  void aClientThatGoesAwayInTheMiddle() throws Exception {
    String rows = "hostname,os\n" + "web-01,Debian\n".repeat(200_000);
    for (String end : new String[] {"fin", "reset"}) {
      try (Socket socket = new Socket("127.0.0.1", api.port())) {
        OutputStream out = socket.getOutputStream();
        out.write(upload("Content-Length: " + 2 * rows.length() + "\r\n", rows));
        out.flush();
        await().atMost(Duration.ofSeconds(20)).until(() -> !stack.rowCounts().equals(before));
        if (end.equals("reset")) {
          socket.setSoLinger(true, 0);
        }
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(stack.rowCounts()).isEqualTo(before));
    }
  }

  private static void refused(String what, byte[] csv) {
    HttpResponse<String> answer = api.upload("?file=servers.csv", csv);
    assertThat(answer.statusCode()).as("%s: %s", what, answer.body()).isEqualTo(422);
    JsonNode problem = api.problem(answer, 422, "unusable-input");
    assertThat(problem.get("detail").asString()).startsWith("servers.csv: ");
    assertThat(problem.get("code").asString()).isNotBlank();
  }

  private static HttpResponse<String> form(String parts) {
    return body(MULTIPART, parts + "--xyz--\r\n");
  }

  private static HttpResponse<String> body(String type, String body) {
    return api.with("Content-Type", type).send("POST", FLOWS, BodyPublishers.ofString(body));
  }

  private static String part(String name, String file, String content) {
    return "--xyz\r\nContent-Disposition: form-data; name=\""
        + name
        + "\"; filename=\""
        + file
        + "\"\r\nContent-Type: text/csv\r\n\r\n"
        + content
        + "\r\n";
  }

  private static String field(String name, String value) {
    return "--xyz\r\nContent-Disposition: form-data; name=\""
        + name
        + "\"\r\n\r\n"
        + value
        + "\r\n";
  }

  private static byte[] upload(String headers, String body) {
    return ("POST /api/v1/flows HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
            + api.headers().get("Authorization")
            + "\r\nContent-Type: text/csv\r\n"
            + headers
            + "\r\n"
            + body)
        .getBytes(UTF_8);
  }

  /** Bytes as they are: a client library would refuse to send them. */
  private static String get(String path, String header) throws IOException {
    return api.raw(
        ("GET "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\n"
                + header
                + "Authorization: "
                + api.headers().get("Authorization")
                + "\r\nConnection: close\r\n\r\n")
            .getBytes(UTF_8));
  }

  private static void assertProblem(String answer, int status, String slug) {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer).containsIgnoringCase("content-type: application/problem+json");
    api.problem(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1), status, slug);
  }

  private static byte[] wide(int columns) {
    StringBuilder rows = new StringBuilder();
    for (int n = 0; n < columns; n++) {
      rows.append(n == 0 ? "" : ",").append("c").append(n);
    }
    rows.append('\n').append("v,".repeat(columns - 1)).append("v\n");
    return rows.toString().getBytes(UTF_8);
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("servers.csv"));
      zip.write(ApiClient.CLEAR_CSV.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
