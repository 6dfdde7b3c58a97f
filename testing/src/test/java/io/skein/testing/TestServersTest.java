package io.skein.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class TestServersTest {

  @Test
  void eachTestClassGetsADatabaseOfItsOwn() throws SQLException {
    DatabaseAddress one = TestServers.postgres().createDatabase();
    DatabaseAddress other = TestServers.postgres().createDatabase();
    execute(one, "CREATE TABLE only_here (id int)");
    assertThat(one.database()).isNotEqualTo(other.database());
    assertThatThrownBy(() -> execute(other, "SELECT * FROM only_here"))
        .hasMessageContaining("only_here");
    assertThat(DatabaseAddress.parse(one.url())).isEqualTo(one);
  }

  @Test
  void aKindOfDatabaseIsFilledOnceAndCopiedForEach() throws SQLException {
    AtomicInteger fills = new AtomicInteger();
    Consumer<DatabaseAddress> fill =
        fresh -> {
          fills.incrementAndGet();
          executeUnchecked(fresh, "CREATE TABLE filled AS SELECT 1 AS id");
          executeUnchecked(
              fresh,
              "ALTER ROLE current_user IN DATABASE " + fresh.database() + " SET work_mem = '5MB'");
        };
    PostgresServer postgres = TestServers.postgres();
    DatabaseAddress one = postgres.createDatabase("filled", fill);
    execute(one, "INSERT INTO filled VALUES (2)");
    assertThat(count(postgres.createDatabase("filled", fill), "filled")).isEqualTo(1);
    assertThat(count(one, "filled")).isEqualTo(2);
    execute(one, "DO $$ BEGIN ASSERT current_setting('work_mem') = '5MB'; END $$");
    assertThat(fills).hasValue(1);
  }

  @Test
  void postgresKeepsPortAndCommittedRowsOverRestartAndKill() throws SQLException {
    try (PostgresServer postgres = TestServers.newPostgres()) {
      DatabaseAddress database = postgres.createDatabase();
      execute(database, "CREATE TABLE kept AS SELECT 1 AS id");
      postgres.restart();
      assertThat(count(database, "kept")).isEqualTo(1);
      long pid = postgres.pid();
      postgres.kill();
      assertThat(new ServerProcess(pid).isAlive()).isFalse();
      postgres.start();
      assertThat(count(database, "kept")).isEqualTo(1);
    }
  }

  @Test
  void aFrozenPostgresHangsAndGoesOn() throws Exception {
    try (PostgresServer postgres = TestServers.newPostgres()) {
      DatabaseAddress database = postgres.createDatabase();
      try (Connection connection = connect(database);
          Statement statement = connection.createStatement()) {
        postgres.freeze();
        Thread query = Thread.ofVirtual().start(() -> executeUnchecked(statement));
        assertThat(query.join(java.time.Duration.ofMillis(300))).isFalse();
        postgres.thaw();
        query.join();
        assertThat(statement.execute("SELECT 1")).isTrue();
      }
    }
  }

  @Test
  void redisComesBackEmptyOnTheSamePort() {
    try (RedisServer redis = TestServers.newRedis()) {
      String url = redis.url();
      RedisCommand.send(url, "SET key value");
      redis.kill();
      assertThat(RedisCommand.answers(url, "PING")).isFalse();
      redis.start();
      assertThat(redis.url()).isEqualTo(url);
      assertThat(hasKey(url)).isFalse();
    }
  }

  @Test
  void redisWithAnAppendOnlyFileRemembersUntilItIsRestartedEmpty() {
    try (RedisServer redis = TestServers.newRedis(EmbeddedRedis.Persistence.APPEND_ONLY_FILE)) {
      RedisCommand.send(redis.url(), "SET key value");
      redis.stop();
      redis.start();
      assertThat(hasKey(redis.url())).isTrue();
      redis.restartEmpty();
      assertThat(hasKey(redis.url())).isFalse();
    }
  }

  @Test
  void redisCanBeFrozenAndFlushed() throws Exception {
    try (RedisServer redis = TestServers.newRedis()) {
      RedisCommand.send(redis.url(), "SET key value");
      redis.freeze();
      Thread ping = Thread.ofVirtual().start(() -> RedisCommand.send(redis.url(), "PING"));
      assertThat(ping.join(java.time.Duration.ofMillis(300))).isFalse();
      redis.thaw();
      ping.join();
      redis.flush();
      assertThat(hasKey(redis.url())).isFalse();
    }
  }

  /** RENAME answers with a simple string only when the key is there. */
  private static boolean hasKey(String url) {
    return RedisCommand.answers(url, "RENAME key key");
  }

  private static void executeUnchecked(Statement statement) {
    try {
      statement.execute("SELECT 1");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void executeUnchecked(DatabaseAddress database, String sql) {
    try {
      execute(database, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(DatabaseAddress database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(DatabaseAddress database, String table) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static Connection connect(DatabaseAddress database) throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }
}
