package io.skein.testing;

import java.util.function.Consumer;

/** A server whose databases are reached through a pooler; disturbed is the server alone. */
record PooledPostgres(PostgresServer server, PgBouncer bouncer) implements PostgresServer {
  @Override
  public DatabaseAddress address() {
    return bouncer.before(server.address());
  }

  @Override
  public DatabaseAddress createDatabase() {
    return bouncer.before(server.createDatabase());
  }

  @Override
  public DatabaseAddress createDatabase(String kind, Consumer<DatabaseAddress> fill) {
    return bouncer.before(server.createDatabase(kind, fill));
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void start() {
    server.start();
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void kill() {
    server.kill();
  }

  @Override
  public void freeze() {
    server.freeze();
  }

  @Override
  public void thaw() {
    server.thaw();
  }

  @Override
  public void close() {
    bouncer.close();
    server.close();
  }
}
