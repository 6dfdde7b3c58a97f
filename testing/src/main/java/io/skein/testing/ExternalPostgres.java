package io.skein.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A server that somebody else runs: it gives databases and cannot be disturbed. */
final class ExternalPostgres implements PostgresServer {
  private final DatabaseAddress address;
  private final List<String> databases = new ArrayList<>();

  ExternalPostgres(DatabaseAddress address) {
    this.address = address;
  }

  @Override
  public DatabaseAddress address() {
    return address;
  }

  @Override
  public synchronized DatabaseAddress createDatabase() {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "");
    DatabaseAddress database = Databases.create(address, name);
    databases.add(name);
    return database;
  }

  @Override
  public long pid() {
    throw notOurs();
  }

  @Override
  public void start() {
    throw notOurs();
  }

  @Override
  public void stop() {
    throw notOurs();
  }

  @Override
  public void kill() {
    throw notOurs();
  }

  @Override
  public void freeze() {
    throw notOurs();
  }

  @Override
  public void thaw() {
    throw notOurs();
  }

  @Override
  public synchronized void close() {
    databases.forEach(name -> Databases.drop(address, name));
    databases.clear();
  }

  private UnsupportedOperationException notOurs() {
    return new UnsupportedOperationException(
        address + " is not ours to disturb: use TestServers.newPostgres()");
  }
}
