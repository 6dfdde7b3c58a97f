package io.skein.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection outside the pool, for what must go on while others hold all of the pool's. Opened at
 * its first use and anew at the next use after a failure. For one thread.
 */
public final class OwnConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnConnection.class);

  private final ConnectionFactory source;
  private final Jdbi jdbi;
  private @Nullable Connection connection;

  OwnConnection(ConnectionFactory source, UnaryOperator<Jdbi> setup) {
    this.source = source;
    this.jdbi = setup.apply(Jdbi.create(new Kept()));
  }

  /**
   * {@link Database#read} on this connection, which is given up when the work throws.
   *
   * @throws org.jdbi.v3.core.ConnectionException when the server cannot be reached in 5 s
   */
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    try {
      return jdbi.withHandle(work::apply);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Closes the connection; another use would open another one. */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("a connection was broken before it was closed", e);
      }
    }
  }

  /** Lends the one connection and keeps it. */
  private final class Kept implements ConnectionFactory {
    @Override
    public Connection openConnection() throws SQLException {
      Connection open = connection;
      if (open == null) {
        open = source.openConnection();
        connection = open;
      }
      return open;
    }

    @Override
    public void closeConnection(Connection lent) {
      // It is closed with its owner.
    }
  }
}
