package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseTest {
  private PostgresSettings settings;
  private Database database;

  @BeforeAll
  void open() {
    settings = PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(settings, List.of("postgres-core"));
    Migrations.migrate(settings, List.of("postgres-core"));
    database = Database.open(settings, "database-test");
    database.useTransaction(tx -> tx.handle().execute("create table notes (text text)"));
  }

  @AfterAll
  void close() {
    database.close();
  }

  @Test
  void handOversRunAfterTheCommitAndCannotFailTheCaller() {
    List<Long> seen = new ArrayList<>();
    database.useTransaction(tx -> {
      tx.handle().execute("insert into notes values ('handed over')");
      tx.afterCommit(() -> {
        throw new IllegalStateException("a hand-over that fails");
      });
      tx.afterCommit(() -> seen.add(count("handed over")));
    });
    assertThat(seen).containsExactly(1L);
  }

  @Test
  void aRolledBackTransactionHandsNothingOver() {
    List<String> seen = new ArrayList<>();
    assertThatThrownBy(() ->
            database.useTransaction(tx -> {
              tx.handle().execute("insert into notes values ('rolled back')");
              tx.afterCommit(() -> seen.add("ran"));
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(seen).isEmpty();
    assertThat(count("rolled back")).isZero();
  }

  @Test
  void aCallersOwnConnectionIsHisToCommit() throws Exception {
    List<String> seen = new ArrayList<>();
    try (Connection connection = database.connectDirectly()) {
      connection.setAutoCommit(false);
      Transaction transaction = Transaction.on(connection);
      transaction.handle().execute("insert into notes values ('foreign')");
      transaction.afterCommit(() -> seen.add("ran"));
      assertThat(count("foreign")).isZero();
      connection.commit();
      transaction.committed();
    }
    assertThat(count("foreign")).isEqualTo(1);
    assertThat(seen).containsExactly("ran");
  }

  @Test
  void theLimitsOfAStepHoldOnEveryConnectionOfTheRole() {
    assertThat(setting("lock_timeout")).isEqualTo("5s");
    assertThat(setting("transaction_timeout")).isEqualTo("1min");
    assertThat(setting("idle_in_transaction_session_timeout")).isEqualTo("5s");
  }

  @Test
  void aTransactionIsReadCommittedWhateverTheServersDefault() {
    // Without a pooler, where a new session could be one that nobody has set.
    DatabaseAddress empty = TestServers.postgres().createDatabase();
    PostgresSettings strict =
        new PostgresSettings(empty.jdbcUrl(), empty.jdbcUrl(), empty.user(), empty.password(), 2);
    try (Database before = Database.open(strict, "database-test-before")) {
      before.useTransaction(tx ->
          tx.handle()
              .execute(
                  "do $$ begin execute format('alter database %I set"
                      + " default_transaction_isolation = serializable', current_database());"
                      + " end $$"));
    }
    try (Database after = Database.open(strict, "database-test-after")) {
      assertThat(
              after.<String, RuntimeException>inTransaction(tx ->
                  tx.handle()
                      .select("select current_setting('transaction_isolation')")
                      .mapTo(String.class)
                      .one()))
          .isEqualTo("read committed");
    }
  }

  @Test
  void theClockMovesWithItsSettingOnly() {
    boolean moved =
        database.inTransaction(tx -> {
          tx.handle().execute("set local skein.clock_offset = '1 day'");
          return tx.handle()
              .createQuery("select skein_now() > now() + interval '23 hours'")
              .mapTo(Boolean.class)
              .one();
        });
    assertThat(moved).isTrue();
    boolean present =
        database.read(handle ->
            handle
                .createQuery("select abs(extract(epoch from skein_now() - now())) < 5")
                .mapTo(Boolean.class)
                .one());
    assertThat(present).isTrue();
  }

  @Test
  void idsMadeInSqlAreVersionSevenAndInOrderOfTime() {
    List<UUID> ids =
        database.read(handle ->
            handle
                .createQuery("select skein_uuid7() from generate_series(1, 1000)")
                .mapTo(UUID.class)
                .list());
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids).allSatisfy(id -> assertThat(id.version()).isEqualTo(7));
    assertThat(ids).allSatisfy(id -> assertThat(id.variant()).isEqualTo(2));
    long first = ids.getFirst().getMostSignificantBits() >>> 16;
    assertThat(Math.abs(System.currentTimeMillis() - first)).isLessThan(60_000);
  }

  @Test
  void oneInstanceLeadsUntilItResignsOrFallsSilent() {
    Leadership first = new Leadership(database, "sweeping", "a", Duration.ofHours(1));
    Leadership second = new Leadership(database, "sweeping", "b", Duration.ofHours(1));
    assertThat(first.lead()).isEqualTo(OptionalLong.of(1));
    assertThat(first.lead()).isEqualTo(OptionalLong.of(1));
    assertThat(second.lead()).isEmpty();
    first.resign();
    assertThat(second.lead()).isEqualTo(OptionalLong.of(2));
    database.useTransaction(
        tx -> tx.handle().execute("update leaderships set expires_at = now() - interval '1s'"));
    assertThat(first.lead()).isEqualTo(OptionalLong.of(3));
    assertThat(second.lead()).isEmpty();
  }

  @Test
  void aSuccessorOfTheSameNameIsNotRemovedByItsPredecessor() {
    Instances instances = new Instances(database);
    instances.register("api-1", "api", "1", "127.0.0.1:1", 10);
    instances.register("api-1", "api", "1", "127.0.0.1:2", 20);
    instances.deregister("api-1", 10);
    assertThat(instances.seenWithin(Duration.ofMinutes(1)))
        .extracting(Instance::pid)
        .containsExactly(20L);
    instances.deregister("api-1", 20);
    assertThat(instances.seenWithin(Duration.ofMinutes(1))).isEmpty();
  }

  private long count(String text) {
    return database.read(handle ->
        handle
            .createQuery("select count(*) from notes where text = ?")
            .bind(0, text)
            .mapTo(Long.class)
            .one());
  }

  private String setting(String name) {
    return database.read(handle ->
        handle.createQuery("select current_setting(?)").bind(0, name).mapTo(String.class).one());
  }
}
