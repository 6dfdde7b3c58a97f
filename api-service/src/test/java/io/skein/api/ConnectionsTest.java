package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static io.skein.api.StreamReading.read;
import static io.skein.api.StreamReading.reader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Who watches what, as an operator sees it. */
@Timeout(120)
class ConnectionsTest {
  private static final String CONNECTIONS = "/api/v1/connections";

  private static ApiStack stack;
  private static ApiClient operator;
  private static String flow;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2);
    operator = stack.anonymous(1).withToken(TestTokens.ofUser("olga", "operator"));
    flow = operator.create(ApiClient.UNCLEAR_CSV);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  private static InputStream watch(int instance, String user) {
    ApiClient client = stack.anonymous(instance).withToken(TestTokens.ofUser(user, "viewer"));
    return StreamReading.open(client, FLOWS + "/" + flow + "/events/stream").body();
  }

  private static JsonNode watchers(ApiClient client) {
    return client.tree(client.get(FLOWS + "/" + flow + "/watchers"));
  }

  private static JsonNode found(String query) {
    return operator.tree(operator.get(CONNECTIONS + query));
  }

  @Test
  void anOperatorSeesTheConnectionsOfAllInstancesAndEndsAUsers() throws Exception {
    try (InputStream annHere = watch(1, "ann");
        InputStream annThere = watch(2, "ann");
        InputStream bob = watch(2, "bob")) {
      await().until(() -> found("").get("items").size() == 3);
      JsonNode all = found("");
      assertThat(all.get("complete").asBoolean()).isTrue();
      assertThat(all.get("next").isNull()).isTrue();
      JsonNode one = found("?user=bob").get("items").get(0);
      assertThat(one.get("instance").asString()).isEqualTo("api-2");
      assertThat(one.get("flows").get(0).asString()).isEqualTo(flow);
      assertThat(one.get("client").asString()).isEqualTo("127.0.0.1");
      assertThat(found("?flow=" + flow + "&instance=api-2").get("items").size()).isEqualTo(2);
      assertThat(found("?flow=" + flow + "&user=ann&instance=api-1").get("items").size())
          .isEqualTo(1);
      assertThat(found("?limit=1&after=" + found("?limit=2").get("next").asString()).get("items"))
          .containsExactly(all.get("items").get(2));
      ApiClient viewer = stack.anonymous(2).withToken(TestTokens.ofUser("vic", "viewer"));
      await().until(() -> watchers(viewer).get("watchers").asInt() == 3);
      assertThat(watchers(viewer).get("complete").asBoolean()).isTrue();
      JsonNode counts = operator.tree(operator.get(CONNECTIONS + "/counts"));
      assertThat(counts.get("connections").asInt()).isEqualTo(3);
      assertThat(counts.get("users").asInt()).isEqualTo(2);
      assertThat(counts.get("flows").asInt()).isEqualTo(1);
      assertThat(counts.get("instances").get("api-2").asInt()).isEqualTo(2);
      ApiClient rival = stack.anonymous(2).withToken(rivalAdmin());
      assertThat(rival.tree(rival.get(CONNECTIONS)).get("items").isEmpty()).isTrue();

      assertThat(
              operator
                  .send("DELETE", CONNECTIONS + "?user=ann", BodyPublishers.noBody())
                  .statusCode())
          .isEqualTo(202);
      for (InputStream ann : List.of(annHere, annThere)) {
        String text = reader(ann).lines().collect(Collectors.joining("\n"));
        assertThat(text.substring(text.lastIndexOf("retry:"))).matches("retry: \\d+\n");
      }
      await().until(() -> found("").get("items").size() == 1);
      BufferedReader lines = reader(bob);
      read(lines, frame -> !frame.id().isEmpty());
    }
    await().until(() -> found("").get("complete").asBoolean());
  }

  private static String rivalAdmin() {
    return TestTokens.ofUser("eve", "admin", "rival");
  }

  @Test
  void aViewerMayNotAndMistakesAreSaid() {
    ApiClient viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vic", "viewer"));
    viewer.problem(viewer.get(CONNECTIONS), 403, "forbidden");
    viewer.problem(viewer.get(CONNECTIONS + "/counts"), 403, "forbidden");
    viewer.problem(
        viewer.send("DELETE", CONNECTIONS + "?user=ann", BodyPublishers.noBody()),
        403,
        "forbidden");
    operator.problem(
        operator.send("DELETE", CONNECTIONS, BodyPublishers.noBody()), 400, "malformed-request");
    operator.problem(operator.get(CONNECTIONS + "?flow=x"), 400, "malformed-id");
    operator.problem(operator.get(CONNECTIONS + "?limit=0"), 400, "malformed-request");
    operator.problem(operator.get(CONNECTIONS + "?after=x"), 400, "malformed-request");
    ApiClient king = stack.anonymous(1).withToken(TestTokens.ofUser("ann", "king"));
    king.problem(king.get(CONNECTIONS), 401, "unauthenticated");
  }

  @Test
  void aSessionKeepsTheRoleOfItsToken() {
    ApiClient anonymous = stack.anonymous(2);
    String cookie =
        anonymous
            .post("/api/v1/session", "{\"token\":\"" + TestTokens.ofUser("adam", "admin") + "\"}")
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    ApiClient page = anonymous.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(page.get(CONNECTIONS).statusCode()).isEqualTo(200);
    assertThat(page.tree(page.get("/api/v1/session")).get("role").asString()).isEqualTo("admin");
  }
}
