package io.skein.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.spi.JdbiPlugin;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.Nullable;

/**
 * The pool of connections and the only way to a transaction. Thread safe.
 *
 * <p>Opening does not wait for the server; the first use does, at most 5 s. A dead server is
 * noticed by a socket time-out above the server's own {@code transaction_timeout}.
 */
public final class Database implements AutoCloseable {
  private static final Duration BORROW_TIMEOUT = Duration.ofSeconds(5);
  private static final int SOCKET_TIMEOUT_SECONDS = 65;

  private final PostgresSettings settings;
  private final String applicationName;
  private final HikariDataSource pool;
  private final List<JdbiPlugin> plugins;
  private final Jdbi jdbi;
  private final FallbackBulkhead fallback;

  private Database(PostgresSettings settings, String applicationName, List<JdbiPlugin> plugins) {
    this.settings = settings;
    this.applicationName = applicationName;
    this.pool = new HikariDataSource(poolConfig());
    this.plugins = plugins;
    this.jdbi = prepared(Jdbi.create(pool));
    this.fallback = new FallbackBulkhead(settings.poolSize());
  }

  /**
   * Opens the pool.
   *
   * @param applicationName shown in {@code pg_stat_activity}; the instance's name
   */
  public static Database open(PostgresSettings settings, String applicationName) {
    return new Database(settings, applicationName, List.of(new PostgresPlugin()));
  }

  /**
   * {@link #open}, for tests: all of Skein's statements through it take place at the clock's time.
   */
  public static Database openOn(
      PostgresSettings settings, String applicationName, SettableClock clock) {
    return new Database(
        settings, applicationName, List.of(new PostgresPlugin(), new ClockSetting(clock)));
  }

  /**
   * Runs the work in a READ COMMITTED transaction, commits it, gives the connection back and then
   * runs the after-commit hand-overs.
   *
   * @throws X what the work throws, after the rollback
   * @throws org.jdbi.v3.core.ConnectionException when no connection can be had in 5 s
   */
  public <T extends @Nullable Object, X extends Exception> T inTransaction(
      TransactionWork<T, X> work) throws X {
    Committed<T> committed = jdbi.inTransaction(handle -> commit(handle, work));
    committed.transaction().committed();
    return committed.answer();
  }

  /** {@link #inTransaction} for work without an answer. */
  public <X extends Exception> void useTransaction(TransactionConsumer<X> work) throws X {
    inTransaction(transaction -> {
      work.run(transaction);
      return true;
    });
  }

  /** Runs reads on one connection in auto-commit mode: each statement is its own snapshot. */
  public <T extends @Nullable Object, X extends Exception> T read(HandleCallback<T, X> work)
      throws X {
    return jdbi.withHandle(work);
  }

  /** The part of the pool for what Redis answers when it is well; the same one for all features. */
  public FallbackBulkhead fallback() {
    return fallback;
  }

  /**
   * {@link #read} for what Redis answers when it is well, within {@link #fallback}.
   *
   * @throws FallbackBusyException when no place became free within 100 ms
   */
  public <T extends @Nullable Object, X extends Exception> T readAsFallback(
      HandleCallback<T, X> work) throws X {
    return fallback.call(() -> read(work));
  }

  /**
   * Opens a connection outside the pool, for what must live as long as the process (an advisory
   * lock), and around a pooler. The caller closes it.
   *
   * @throws SQLException when the server cannot be reached in 5 s, or a pooler is met instead
   */
  public Connection connectDirectly() throws SQLException {
    return DirectConnection.open(settings, applicationName);
  }

  /** A connection that is not of the pool, opened when it is used first. The caller closes it. */
  public OwnConnection ownConnection() {
    return new OwnConnection(this::connectDirectly, this::prepared);
  }

  /**
   * Asks the server something on a connection of the pool, which says no more than that it can be
   * used now: a pool that is in use altogether makes this wait, too.
   *
   * @return empty when it answers; otherwise why not, after 5 s at most for a connection
   */
  public Optional<String> whyUnreachable() {
    try (Handle handle = jdbi.open()) {
      handle.createQuery("select 1").mapTo(Integer.class).one();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Closes the pool; connections in use are closed when they come back. */
  @Override
  public void close() {
    pool.close();
  }

  private static <T extends @Nullable Object, X extends Exception> Committed<T> commit(
      Handle handle, TransactionWork<T, X> work) throws X {
    Transaction transaction = new Transaction(handle);
    return new Committed<>(transaction, work.run(transaction));
  }

  private Jdbi prepared(Jdbi fresh) {
    plugins.forEach(fresh::installPlugin);
    return fresh;
  }

  private HikariConfig poolConfig() {
    HikariConfig config = new HikariConfig();
    config.setPoolName(applicationName);
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    // Once for each connection: to ask and set it in each transaction took three round trips.
    // Behind a pooler it meets one session of many; there the setting of the role holds.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(2);
    config.setConnectionTimeout(BORROW_TIMEOUT.toMillis());
    config.setValidationTimeout(Duration.ofSeconds(2).toMillis());
    config.setKeepaliveTime(Duration.ofSeconds(30).toMillis());
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", applicationName);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    return config;
  }

  /** Tells each borrowed connection the time. */
  private record ClockSetting(SettableClock clock) implements JdbiPlugin {
    @Override
    public Handle customizeHandle(Handle handle) {
      handle.execute("select set_config('skein.clock_offset', ?, false)", "@" + clock.instant());
      return handle;
    }
  }

  private record Committed<T extends @Nullable Object>(Transaction transaction, T answer) {}
}
