package io.skein.testing;

import java.util.function.Consumer;

/**
 * A PostgreSQL server that tests use and disturb. {@link #createDatabase} may be called by several
 * threads; the methods that disturb the server are for its owner alone.
 *
 * <p>A server that is not ours ({@code external}) refuses to be disturbed with {@link
 * UnsupportedOperationException}; {@link TestServers#newPostgres} always gives one that can be.
 */
public interface PostgresServer extends AutoCloseable {

  /** The maintenance database; tests use {@link #createDatabase}. */
  DatabaseAddress address();

  /** The URL of the maintenance database, {@code postgresql://user:password@host:port/database}. */
  default String url() {
    return address().url();
  }

  /** Creates an empty database with a name of its own, dropped with the server. */
  DatabaseAddress createDatabase();

  /**
   * As {@link #createDatabase()}, but a copy of one that was filled before: to copy the tables of
   * all modules takes a tenth of the time of their migrations.
   *
   * @param kind a name for what {@code fill} does; this server fills one database for each
   * @param fill leaves no connection open; it meets the server itself, never a pooler
   */
  DatabaseAddress createDatabase(String kind, Consumer<DatabaseAddress> fill);

  /** The process id of the postmaster. */
  long pid();

  /** Starts the server where it stopped or was killed, on the same port with the same data. */
  void start();

  /** Stops in order: connections are closed, everything is written. */
  void stop();

  /** Ends every process of the server with SIGKILL; {@link #start} then recovers from the log. */
  void kill();

  /** {@link #stop} and {@link #start}: connections are lost, data and port stay. */
  default void restart() {
    stop();
    start();
  }

  /** SIGSTOP to every process of the server: connections hang, none is refused. */
  void freeze();

  /** SIGCONT after {@link #freeze}. */
  void thaw();

  /** Stops the server for good and removes what it wrote, unless it was told to keep it. */
  @Override
  void close();
}
