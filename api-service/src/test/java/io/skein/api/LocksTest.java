package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What an operator sees of locks. */
@Timeout(120)
class LocksTest {
  private static final String LOCKS = "/api/v1/locks";

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

  private static JsonNode locks(ApiClient client) {
    return client.tree(client.get(LOCKS));
  }

  @Test
  void anOperatorSeesWhoHoldsAFlowAndWhoWaitsForIt() throws Exception {
    assertThat(locks(operator).get("held").isEmpty()).isTrue();
    CompletableFuture<Integer> first;
    List<CompletableFuture<Integer>> waits = new CopyOnWriteArrayList<>();
    // While somebody has the row, the command that holds the lock gets no further.
    try (Connection row = stack.database.connectDirectly();
        Statement statement = row.createStatement()) {
      row.setAutoCommit(false);
      statement.execute("select 1 from flows where id = '" + flow + "' for update");
      first = retry();
      await().until(() -> locks(operator).get("held").size() == 1);
      long begun = System.nanoTime();
      JsonNode seen =
          await()
              .until(
                  () -> {
                    if (waits.stream().allMatch(Future::isDone)) { // each waits 2 s at most
                      waits.add(retry());
                    }
                    return locks(operator);
                  },
                  locks -> locks.get("held").size() == 1 && locks.get("awaited").size() == 1);
      assertThat(seen.get("instance").asString()).isEqualTo("api-1");
      assertThat(seen.get("complete").asBoolean()).isTrue();
      JsonNode held = seen.get("held").get(0);
      assertThat(held.get("name").asString()).isEqualTo("flow:" + flow);
      assertThat(held.get("holder").asString()).isEqualTo("retry by olga");
      assertThat(Instant.parse(held.get("since").asString()))
          .isBefore(Instant.now().plusSeconds(60));
      assertThat(held.get("stores").get(0).asString()).isEqualTo("redis");
      JsonNode awaited = seen.get("awaited").get(0);
      assertThat(awaited.get("name").asString()).isEqualTo("flow:" + flow);
      assertThat(awaited.get("holder").asString()).isEqualTo("retry by olga");
      assertThat(awaited.get("waitedSeconds").asDouble())
          .isBetween(0.0, (System.nanoTime() - begun) / 1e9);
      assertThat(seen.get("statistics").get("waits").asInt()).isEqualTo(waits.size());

      ApiClient rival = stack.anonymous(1).withToken(TestTokens.ofUser("eve", "admin", "rival"));
      assertThat(locks(rival).get("held").isEmpty()).isTrue();
      assertThat(locks(rival).get("awaited").isEmpty()).isTrue();
      row.rollback();
    }
    assertThat(first.get()).isEqualTo(409);
    for (CompletableFuture<Integer> second : waits) {
      assertThat(second.get()).isEqualTo(409);
    }
    assertThat(locks(operator).get("held").isEmpty()).isTrue();
  }

  @Test
  void aViewerMayNotAndMistakesAreSaid() {
    ApiClient viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vic", "viewer"));
    viewer.problem(viewer.get(LOCKS), 403, "forbidden");
    operator.problem(operator.get(LOCKS + "?flow=x"), 400, "malformed-request");
  }

  private static CompletableFuture<Integer> retry() {
    return CompletableFuture.supplyAsync(
        () -> operator.post(FLOWS + "/" + flow + "/retry", "{}").statusCode());
  }
}
