package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.testing.DatabaseAddress;
import io.skein.testing.PgBouncer;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** PostgreSQL behind PgBouncer in transaction mode. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolerTest {
  private static final int SESSIONS = 4;

  private PostgresServer server;
  private PgBouncer bouncer;
  private DatabaseAddress address;
  private Database database;

  @BeforeAll
  void open() {
    assumeTrue(PgBouncer.program().isPresent(), "PgBouncer is not installed");
    server = TestServers.newPostgres();
    bouncer = TestServers.newPgBouncer(server);
    DatabaseAddress direct = server.createDatabase();
    address = bouncer.before(direct);
    try (Database before = Database.open(PostgresSettings.parse(direct.url()), "before")) {
      before.useTransaction(tx ->
          tx.handle()
              .execute(
                  "do $$ begin execute format('alter database %I set"
                      + " default_transaction_isolation = serializable', current_database());"
                      + " end $$"));
    }
    PostgresSettings settings = PostgresSettings.parse(address.url());
    Migrations.migrate(settings, List.of("postgres-core"));
    database = Database.open(settings.withPoolSize(SESSIONS), "pooler-test");
  }

  @AfterAll
  void close() {
    if (database != null) {
      database.close();
      bouncer.close();
      server.close();
    }
  }

  /** More often than the driver lets pass before it prepares a statement on the server. */
  @Test
  void theSameStatementRunsOnOneSessionAfterAnother() throws Exception {
    Set<Integer> sessions = sessions();
    for (int i = 0; i < 50; i++) {
      int expected = i;
      assertThat(
              database.<Integer, RuntimeException>inTransaction(tx ->
                  tx.handle()
                      .createQuery("select ?::int")
                      .bind(0, expected)
                      .mapTo(Integer.class)
                      .one()))
          .isEqualTo(expected);
      sessions.add(session());
    }
    assertThat(sessions).hasSizeGreaterThanOrEqualTo(SESSIONS);
  }

  @Test
  void everySessionHasTheLimitsAndTheIsolationOfAStep() throws Exception {
    assertThat(sessions()).hasSizeGreaterThanOrEqualTo(SESSIONS);
    for (int i = 0; i < 4 * SESSIONS; i++) {
      assertThat(
              database.<List<String>, RuntimeException>inTransaction(tx ->
                  tx.handle()
                      .createQuery(
                          """
                          select current_setting(name)
                          from unnest(array['transaction_isolation', 'lock_timeout',
                            'transaction_timeout', 'idle_in_transaction_session_timeout']) name
                          """)
                      .mapTo(String.class)
                      .list()))
          .containsExactly("read committed", "5s", "1min", "5s");
    }
  }

  @Test
  void whatIsBoundToASessionGoesAroundThePooler() throws SQLException {
    try (Connection lock = database.connectDirectly();
        var statement = lock.createStatement()) {
      statement.execute("select pg_advisory_lock(7)");
      assertThat(holders()).isOne();
    }
    assertThat(holdersSoon()).isZero();
  }

  @Test
  void aPoolerWithoutTheServersAddressIsRefusedAtOnceWithTheReason() {
    String pooled = address.url().substring(0, address.url().indexOf('?'));
    PostgresSettings settings = PostgresSettings.parse(pooled);
    assertThatThrownBy(() -> Migrations.migrateWhenReachable(settings, List.of("postgres-core")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("leads through a pooler")
        .hasMessageContaining("?direct=host:port");
    assertThatThrownBy(() -> Migrations.migrate(settings, List.of("postgres-core")))
        .hasMessageContaining("leads through a pooler");
    try (Database without = Database.open(settings, "without")) {
      assertThatThrownBy(without::connectDirectly)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("leads through a pooler");
    }
  }

  /** As many as may be open at once, held together so that they are different ones. */
  private Set<Integer> sessions() throws Exception {
    CountDownLatch all = new CountDownLatch(SESSIONS);
    Set<Integer> sessions = new HashSet<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(SESSIONS)) {
      List<Future<Integer>> held =
          IntStream.range(0, SESSIONS)
              .mapToObj(i ->
                  executor.submit(() ->
                      database.<Integer, InterruptedException>inTransaction(tx -> {
                        int pid =
                            tx.handle()
                                .createQuery("select pg_backend_pid()")
                                .mapTo(Integer.class)
                                .one();
                        all.countDown();
                        all.await();
                        return pid;
                      })))
              .toList();
      for (Future<Integer> one : held) {
        sessions.add(one.get());
      }
    }
    return sessions;
  }

  private int session() {
    return database.read(
        handle -> handle.createQuery("select pg_backend_pid()").mapTo(Integer.class).one());
  }

  private long holders() {
    return database.read(handle ->
        handle
            .createQuery(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 7"
                    + " and granted and database = (select oid from pg_database"
                    + " where datname = current_database())")
            .mapTo(Long.class)
            .one());
  }

  /** The server ends the session a moment after its connection. */
  private long holdersSoon() {
    return await().until(this::holders, held -> held == 0);
  }
}
