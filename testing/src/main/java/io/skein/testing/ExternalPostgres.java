package io.skein.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** A server that somebody else runs: it gives databases and cannot be disturbed. */
final class ExternalPostgres implements PostgresServer {
  private final DatabaseAddress address;
  private final List<String> databases = new ArrayList<>();
  private final PreparedDatabases prepared = new PreparedDatabases();

  ExternalPostgres(DatabaseAddress address) {
    this.address = address;
  }

  @Override
  public DatabaseAddress address() {
    return address;
  }

  @Override
  public synchronized DatabaseAddress createDatabase() {
    return Databases.create(address, newName());
  }

  @Override
  public synchronized DatabaseAddress createDatabase(String kind, Consumer<DatabaseAddress> fill) {
    String from = prepared.get(kind, this::createDatabase, fill).database();
    return Databases.copy(address, from, newName());
  }

  /** Dropped in the end, whether it came into being or not. */
  private String newName() {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "");
    databases.add(name);
    return name;
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
