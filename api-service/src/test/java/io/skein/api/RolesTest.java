package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who only reads changes no flow. */
class RolesTest {
  private static ApiStack stack;
  private static ApiClient operator;
  private static String flow;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    operator = stack.anonymous(1).withToken(TestTokens.ofUser("olga", "operator"));
    flow = operator.create(ApiClient.UNCLEAR_CSV);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"viewer", "worker"})
  void creatingAFlowTakesAnOperator(String role) {
    ApiClient reader = stack.anonymous(1).withToken(TestTokens.ofUser("vic", role));
    Map<String, Long> before = stack.rowCounts();
    JsonNode problem = reader.problem(reader.upload("", ApiClient.CLEAR_CSV), 403, "forbidden");
    assertThat(problem.get("detail").asString()).contains("operator", role);
    assertThat(stack.rowCounts()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"viewer", "worker"})
  void commandingAFlowTakesAnOperator(String role) {
    ApiClient reader = stack.anonymous(1).withToken(TestTokens.ofUser("vic", role));
    for (String command : List.of("approve", "pause", "resume", "retry", "restart", "cancel")) {
      String path = ApiClient.FLOWS + "/" + flow + "/" + command;
      reader.problem(reader.send("POST", path, BodyPublishers.noBody()), 403, "forbidden");
    }
    assertThat(reader.get(ApiClient.FLOWS + "/" + flow).statusCode()).isEqualTo(200);
  }

  @Test
  void aTokenWithoutARoleReads() {
    ApiClient reader = stack.anonymous(1).withToken(TestTokens.withoutRole());
    reader.problem(reader.upload("", ApiClient.CLEAR_CSV), 403, "forbidden");
    assertThat(reader.get(ApiClient.FLOWS).statusCode()).isEqualTo(200);
  }
}
