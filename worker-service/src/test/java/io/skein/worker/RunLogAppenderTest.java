package io.skein.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.postgres.TraceParent;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.ManualWorker;
import io.skein.tasks.NewTask;
import io.skein.tasks.Task;
import io.skein.tasks.TaskContext;
import io.skein.tasks.TaskHandler;
import io.skein.tasks.TaskQueue;
import io.skein.testing.TestServers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What a handler logs, with the executable's own configuration of logging. */
final class RunLogAppenderTest {
  private static final Logger LOG = LoggerFactory.getLogger("io.skein.test");
  private static final TraceParent REQUEST = TraceParent.begin();

  private final AtomicReference<@Nullable Map<String, String>> diagnostics =
      new AtomicReference<>();

  @Test
  void whatAHandlerLogsIsKeptWithItsRunAndNamesItsTrace() throws Exception {
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "task-queue"));
    try (Database database = Database.open(postgres, "test");
        RedisConnections redis =
            RedisConnections.open(
                RedisSettings.of(TestServers.redis().url()).withKeyPrefix("logs:"), "test");
        TaskQueue tasks = TaskQueue.open(database, redis);
        ManualWorker worker = new ManualWorker(tasks, List.of("q"), List.of(handler()))) {
      tasks.enqueue(NewTask.of("q", "talk", "{}").withTraceparent(REQUEST.toString()));
      LOG.info("before");
      Task first = worker.runNext().orElseThrow();
      LOG.info("after");
      assertThat(first.log())
          .contains("INFO first shelf=7")
          .contains("WARN second: java.lang.IllegalStateException: broken")
          .contains("by hand")
          .doesNotContain("before", "after", "too fine");
      tasks.enqueue(NewTask.of("q", "talk", "{}"));
      assertThat(worker.runNext().orElseThrow().log()).doesNotContain("after");
    }
    assertThat(Objects.requireNonNull(diagnostics.get())).containsKeys("task", "type", "attempt");
    assertThat(MDC.getCopyOfContextMap())
        .satisfiesAnyOf(map -> assertThat(map).isNull(), map -> assertThat(map).isEmpty());
  }

  private TaskHandler handler() {
    return new TaskHandler() {
      @Override
      public String type() {
        return "talk";
      }

      @Override
      public void handle(TaskContext context) {
        LOG.atInfo().addKeyValue("shelf", 7).log("first");
        LOG.debug("too fine");
        LOG.warn("second", new IllegalStateException("broken"));
        context.log("by hand");
        diagnostics.set(MDC.getCopyOfContextMap());
        if (context.task().traceparent() != null) {
          assertThat(context.trace().traceId()).isEqualTo(REQUEST.traceId());
          assertThat(context.trace().spanId()).isNotEqualTo(REQUEST.spanId());
          assertThat(context.trace()).isEqualTo(context.trace());
          assertThat(MDC.get("trace")).isEqualTo(REQUEST.traceId());
        } else {
          assertThat(MDC.get("trace")).isNull();
        }
      }
    };
  }
}
