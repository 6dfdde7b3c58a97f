package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Redis is away, PostgreSQL answers no read, and two hundred callers come at once. */
@Tag("long")
class FallbackBoundTest {
  private static final int FLOWS = 50;
  private static final int CALLERS = 200;

  /** Of the pool of 20. */
  private static final int PLACES = 12;

  /**
   * A tenth of a second for a place, the rest for two hundred answers of a busy machine; less than
   * PostgreSQL lets anybody wait for a lock here.
   */
  private static final Duration SOON = Duration.ofSeconds(30);

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> flows = new ArrayList<>();
  private RedisServer redis;
  private ApiStack stack;
  private ApiClient api;

  private record Call(HttpResponse<String> answer, Duration took) {
    int status() {
      return answer.statusCode();
    }
  }

  @BeforeEach
  void start() throws Exception {
    redis = TestServers.newRedis(EmbeddedRedis.Persistence.NONE);
    DatabaseAddress database = ApiStack.newDatabase(TestServers.postgres());
    letWaitForLocks(database);
    stack = ApiStack.start(database, 1, Map.of("REDIS_URL", redis.url()));
    api = stack.client(1);
    for (int i = 0; i < FLOWS; i++) {
      flows.add(api.create(ApiClient.UNCLEAR_CSV));
    }
    redis.kill();
    ApiClient admin = stack.anonymous(1).withToken(TestTokens.ofUser("root", "admin"));
    await().until(() -> !admin.get("/api/v1/features").body().contains("\"mode\":\"redis\""));
  }

  /** For as long as a transaction may last, so that a slow machine has seen who waits. */
  private static void letWaitForLocks(DatabaseAddress database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(
          "alter role current_user in database %s set lock_timeout = '60s'"
              .formatted(database.database()));
    }
  }

  @AfterEach
  void stop() throws Exception {
    letGo.countDown();
    threads.close();
    stack.close();
    redis.close();
  }

  @Test
  void mostAreToldToComeAgainAndWritesFindConnections() throws Exception {
    Future<Boolean> lock = threads.submit(() -> stack.database.inTransaction(this::lockFlows));
    await().until(() -> locked() == 1);
    List<Future<Call>> reads = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      String path = ApiClient.FLOWS + "/" + flows.get(i % FLOWS) + "/state";
      reads.add(threads.submit(() -> call(() -> api.get(path))));
    }
    await().until(() -> waiting() == PLACES);
    ApiClient admin = stack.anonymous(1).withToken(TestTokens.ofUser("root", "admin"));
    Call write =
        call(() ->
            admin.send(
                "PUT",
                "/api/v1/features/telemetry",
                BodyPublishers.ofString("{\"enabled\": true}")));
    assertThat(write.status()).as(write.answer().body()).isEqualTo(200);
    assertThat(write.took()).isLessThan(SOON);
    // Whose flow nobody reads yet begins to read it, and is refused; the others wait with those who
    // do.
    int joined = PLACES * CALLERS / FLOWS;
    await().until(() -> reads.stream().filter(Future::isDone).count() >= CALLERS - joined);
    assertThat(waiting()).isEqualTo(PLACES);
    List<Future<Call>> under = reads.stream().filter(read -> !read.isDone()).toList();
    letGo.countDown();
    assertThat(lock.get()).isTrue();
    for (Future<Call> read : reads) {
      if (under.contains(read)) {
        // On a slow machine PostgreSQL has let some of them wait for long enough.
        assertThat(read.get().status()).isIn(200, 503);
      } else {
        refused(read.get());
      }
    }
  }

  private void refused(Call call) {
    api.problem(call.answer(), 503, "unavailable");
    assertThat(call.answer().headers().firstValue("Retry-After")).isPresent();
    assertThat(call.took()).isLessThan(SOON);
  }

  private interface Request {
    HttpResponse<String> send();
  }

  private static Call call(Request request) {
    long begun = System.nanoTime();
    HttpResponse<String> answer = request.send();
    return new Call(answer, Duration.ofNanos(System.nanoTime() - begun));
  }

  private boolean lockFlows(Transaction transaction) throws InterruptedException {
    // The server would end it after five seconds in which it does nothing, and with it the lock.
    transaction.handle().execute("set local idle_in_transaction_session_timeout = 0");
    transaction.handle().execute("lock table flows in access exclusive mode");
    letGo.await();
    return true;
  }

  private long locked() {
    return stack.count(
        "select count(*) from pg_locks where relation = 'flows'::regclass and granted"
            + " and mode = 'AccessExclusiveLock'");
  }

  /**
   * Connections of the instance that wait to read one flow; the warming waits for the table, too.
   */
  private long waiting() {
    return stack.count(
        "select count(*) from pg_stat_activity where datname = current_database()"
            + " and application_name = 'api-1' and wait_event_type = 'Lock'"
            + " and query like '%where f.id =%'");
  }
}
