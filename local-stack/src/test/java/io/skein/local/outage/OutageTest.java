package io.skein.local.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackProcess;
import io.skein.local.stack.StackSettings;
import io.skein.testing.DatabaseAddress;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two API instances and two workers, Redis and PostgreSQL of their own; one stack for all cases.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OutageTest {
  private static final int ROWS = 4_000;
  private static final int MOST_ROWS = 4 * ROWS;

  private Path directory;
  private LocalStack stack;
  private List<Path> files;

  @BeforeAll
  void start(@TempDir Path fresh) throws Exception {
    directory = fresh;
    files = Inventories.with(directory, ROWS);
    stack = LocalStack.start(StackSettings.in(directory.resolve("stack")));
    FlowRun.complete(stack, files);
  }

  @AfterAll
  void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void theClientOfAKilledInstanceResumesAtTheOtherAndHearsEverySequenceOnce() throws Exception {
    inTheMiddle(run -> {
      StackProcess first = stack.apis().getFirst();
      run.approve();
      run.stream().awaitEvent("phase_progressed", "data_cleansing");
      first.kill();
      try {
        run.requireGoesOn();
        run.assertCompleted();
        assertThat(run.stream().heard())
            .extracting(StreamRecording.Heard::connection)
            .as("events were heard from both instances")
            .contains(0)
            .anyMatch(connection -> connection > 0);
        assertThat(statusOfReconnect(run)).isEqualTo(204);
      } finally {
        first.start().awaitReady();
      }
    });
  }

  @Test
  void redisIsFlushedAtFiveMoments() throws Exception {
    inTheMiddle(run -> {
      stack.redis().flush();
      run.stream().awaitEvent("phase_started", "data_import_validation");
      stack.redis().flush();
      run.stream().awaitEvent("approval_requested", "field_mapping");
      stack.redis().flush();
      run.approve();
      run.stream().awaitEvent("phase_started", "data_cleansing");
      stack.redis().flush();
      run.stream().awaitEvent("phase_started", "asset_inventory");
      stack.redis().flush();
      run.requireGoesOn();
      run.assertCompleted();
    });
  }

  @Test
  void redisIsKilledInTheMiddleAndComesBackEmpty() throws Exception {
    inTheMiddle(run -> {
      run.approve();
      run.stream().awaitEvent("phase_started", "data_cleansing");
      stack.redis().kill();
      run.stream().awaitEvent("phase_completed", "data_cleansing");
      stack.redis().restartEmpty();
      run.requireGoesOn();
      run.assertCompleted();
    });
  }

  @Test
  void redisIsAwayForTheWholeFlow() throws Exception {
    stack.redis().stop();
    try {
      FlowRun.complete(stack, files);
    } finally {
      stack.redis().start();
    }
  }

  @Test
  void eventsAppendedBySqlReachAWatcherWithinTwoSeconds() throws Exception {
    try (FlowRun run = FlowRun.start(stack, files);
        Connection psql = psql()) {
      run.stream().awaitEvent("approval_requested", "field_mapping");
      List<Duration> delays = new ArrayList<>();
      for (int event = 0; event < 3; event++) {
        delays.add(delayOfAppended(psql, run, "enriched_" + event));
      }
      // A loaded machine may be late with one of them, not with all.
      assertThat(Collections.min(delays)).isLessThan(Duration.ofSeconds(2));
      run.approve();
      run.assertCompleted();
    }
  }

  @Test
  void aTaskEnqueuedBySqlRunsOnAWorkerAndWhatWasDoneBeforeIsNotDoneAgain() throws Exception {
    try (FlowRun run = FlowRun.start(stack, files);
        Connection psql = psql()) {
      run.approve();
      run.assertCompleted();
      UUID task =
          query(
              psql,
              """
              select skein_enqueue(t.queue, t.type, t.payload, flow => t.flow, tenant => t.tenant)
              from tasks t
              where t.flow = ? and t.payload::text like '%data_cleansing%'
              order by t.id limit 1\
              """,
              UUID.fromString(run.flowId()),
              UUID.class);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() ->
              assertThat(query(psql, "select state from tasks where id = ?", task, String.class))
                  .isEqualTo("succeeded"));
      assertThat(query(psql, "select worker from tasks where id = ?", task, String.class))
          .startsWith("worker-");
      assertThat(run.api().flow(run.flowId()).version())
          .isEqualTo(run.stream().heard().getLast().event().seq());
    }
  }

  private interface Disturbed {
    void go(FlowRun run) throws Exception;
  }

  /** With a flow that is still under way when all was done to it: a larger one when it was not. */
  private void inTheMiddle(Disturbed disturbed) throws Exception {
    for (int rows = ROWS; ; rows *= 2) {
      try (FlowRun run = FlowRun.start(stack, Inventories.with(directory, rows))) {
        disturbed.go(run);
        return;
      } catch (FlowRun.EndedTooEarly e) {
        if (rows >= MOST_ROWS) {
          throw e;
        }
      }
    }
  }

  private static Duration delayOfAppended(Connection psql, FlowRun run, String type)
      throws SQLException {
    Long sequence =
        query(
            psql,
            "select seq from skein_append(?, '" + type + "', '{\"asset\": \"db-7\"}')",
            UUID.fromString(run.flowId()),
            Long.class);
    long committed = System.nanoTime();
    await(type)
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> run.stream().hasHeard(type));
    assertThat(run.stream().heard().getLast().event().seq()).isEqualTo(sequence);
    return Duration.ofNanos(System.nanoTime() - committed);
  }

  private int statusOfReconnect(FlowRun run) throws Exception {
    StackProcess other = stack.apis().getLast();
    try (SkeinApi api = new SkeinApi(List.of(other.url()), FlowRun.token(stack))) {
      HttpResponse<InputStream> answer =
          api.openStream(run.flowId(), run.stream().lastEventId(), 0);
      answer.body().close();
      return answer.statusCode();
    }
  }

  private Connection psql() throws SQLException {
    DatabaseAddress database = DatabaseAddress.parse(stack.databaseUrl());
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private static <T> T query(Connection psql, String sql, UUID parameter, Class<T> type)
      throws SQLException {
    try (PreparedStatement statement = psql.prepareStatement(sql)) {
      statement.setObject(1, parameter);
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).as(sql).isTrue();
        return rows.getObject(1, type);
      }
    }
  }
}
