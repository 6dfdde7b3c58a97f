package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Schedules as operators see them. */
@Timeout(120)
class SchedulesTest {
  private static final String SCHEDULES = "/api/v1/schedules";
  private static final String HOURLY =
      "{\"cron\": \"0 * * * *\", \"queue\": \"reports\", \"type\": \"report\"}";

  private static ApiStack stack;
  private static ApiClient viewer;
  private static ApiClient operator;
  private static ApiClient admin;
  private String path = "";

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vic", "viewer"));
    operator = stack.anonymous(1).withToken(TestTokens.ofUser("olga", "operator"));
    admin = stack.anonymous(1).withToken(TestTokens.ofUser("adam", "admin"));
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @BeforeEach
  void newName() {
    path = SCHEDULES + "/s-" + UUID.randomUUID();
  }

  @Test
  void oneIsPutShownPausedResumedTriggeredAndRemoved() {
    viewer.problem(put(viewer, HOURLY), 403, "forbidden");
    JsonNode put =
        operator.tree(
            put(
                operator,
                HOURLY.replace(
                    "}",
                    ", \"zone\": \"Europe/Berlin\", \"payload\": {\"n\": 1}, \"priority\": \"high\","
                        + " \"missed\": \"all\", \"overlap\": \"after\", \"maxAttempts\": 2,"
                        + " \"tenant\": \"rival\"}")));
    assertThat(put.get("tenant").asString()).isEqualTo(TestTokens.TENANT);
    assertThat(put.get("payload").get("n").asInt()).isOne();
    assertThat(put.get("nextAt").asString()).endsWith(":00:00Z");
    assertThat(viewer.tree(viewer.get(path))).isEqualTo(put);
    assertThat(viewer.get(SCHEDULES).body()).contains(put.get("name").asString());
    viewer.problem(viewer.post(path + "/pause", ""), 403, "forbidden");
    JsonNode paused = operator.tree(operator.post(path + "/pause", ""));
    assertThat(paused.get("pausedAt").isNull()).isFalse();
    assertThat(paused.get("nextAt").isNull()).isTrue();
    assertThat(operator.tree(operator.post(path + "/resume", "")).get("pausedAt").isNull())
        .isTrue();
    String task = operator.tree(operator.post(path + "/trigger", "")).get("taskId").asString();
    JsonNode shown = viewer.tree(viewer.get("/api/v1/tasks/" + task));
    assertThat(shown.get("type").asString()).isEqualTo("report");
    assertThat(operator.send("DELETE", path, BodyPublishers.noBody()).statusCode()).isEqualTo(204);
    operator.problem(operator.get(path), 404, "not-found");
    operator.problem(operator.post(path + "/trigger", ""), 404, "not-found");
  }

  @Test
  void anotherAccountsScheduleIsNotThere() {
    assertThat(put(admin, HOURLY.replace("}", ", \"tenant\": \"rival\"}")).statusCode())
        .isEqualTo(200);
    operator.problem(operator.get(path), 404, "not-found");
    operator.problem(operator.post(path + "/pause", ""), 404, "not-found");
    operator.problem(operator.send("DELETE", path, BodyPublishers.noBody()), 404, "not-found");
    operator.problem(put(operator, HOURLY), 409, "conflict");
    assertThat(admin.tree(admin.get(path)).get("tenant").asString()).isEqualTo("rival");
    assertThat(operator.get(SCHEDULES).body()).doesNotContain(path.substring(SCHEDULES.length()));
  }

  @Test
  void oneThatCannotBeReadIsShownWithTheReason() {
    put(operator, HOURLY);
    String name = path.substring(SCHEDULES.length() + 1);
    stack.database.useTransaction(transaction ->
        transaction
            .handle()
            .execute("update task_schedules set zone = 'Mars/Olympus' where name = ?", name));
    JsonNode shown = viewer.tree(viewer.get(path));
    assertThat(shown.get("name").asString()).isEqualTo(name);
    assertThat(shown.get("error").asString()).isEqualTo("not a time zone: Mars/Olympus");
    assertThat(shown.has("cron")).isFalse();
    assertThat(viewer.get(SCHEDULES).statusCode()).isEqualTo(200);
    operator.problem(operator.post(path + "/trigger", ""), 409, "conflict");
    assertThat(operator.post(path + "/pause", "").statusCode()).isEqualTo(200);
    operator.problem(operator.post(path + "/resume", ""), 409, "conflict");
  }

  @Test
  void aPastTimeIsFilledOnce() {
    put(operator, HOURLY);
    String range = "{\"from\": \"2026-11-01T00:00:00Z\", \"to\": \"2026-11-01T05:00:00+01:00\"}";
    JsonNode filled = operator.tree(operator.post(path + "/backfill", range));
    assertThat(filled.get("taskIds").size()).isEqualTo(4);
    assertThat(operator.tree(operator.post(path + "/backfill", range)).get("taskIds").size())
        .isZero();
    refusedRange("{}");
    refusedRange("{\"from\": \"-9999-01-01T00:00:00Z\", \"to\": \"2026-11-01T00:00:00Z\"}");
    refusedRange("{\"from\": \"+12345-01-01T00:00:00Z\", \"to\": \"+12345-01-02T00:00:00Z\"}");
    refusedRange("{\"from\": \"2016-11-01T00:00:00Z\", \"to\": \"2026-11-01T00:00:00Z\"}");
    refusedRange("{\"from\": \"2026-11-01T00:00:00Z\", \"to\": \"2099-11-01T00:00:00Z\"}");
  }

  private void refusedRange(String range) {
    operator.problem(operator.post(path + "/backfill", range), 400, "malformed-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'cron': 'every hour', 'queue': 'q', 'type': 't'}",
        "{'cron': '0 0 30 2 *', 'queue': 'q', 'type': 't'}",
        "{'cron': '0 * * * *', 'queue': '', 'type': 't'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'zone': 'Europe/Atlantis'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'missed': 'sometimes'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'overlap': 'ALLOW'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'priority': 'urgent'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'maxAttempts': 0}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'softLimitSeconds': -1}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 't', 'payload': '\\u0000'}",
        "{'cron': '0 * * * *', 'queue': 'q', 'type': 'process_flow_phase'}",
        "{'cron': '0 * * * *', 'queue': '\\u0000', 'type': 't'}",
      })
  void whatIsWrongIsRefused(String body) {
    operator.problem(put(operator, body.replace('\'', '"')), 400, "malformed-request");
    operator.problem(operator.get(path), 404, "not-found");
  }

  private HttpResponse<String> put(ApiClient client, String body) {
    return client
        .with("Content-Type", "application/json")
        .send("PUT", path, BodyPublishers.ofString(body));
  }
}
