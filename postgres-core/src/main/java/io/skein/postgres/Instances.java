package io.skein.postgres;

import java.time.Duration;
import java.util.List;

/** The register of running instances, kept by their heartbeats. Thread safe. */
public final class Instances {
  private final Database database;

  public Instances(Database database) {
    this.database = database;
  }

  /** Writes this process's row, or takes over the row of its predecessor of the same name. */
  public void register(String name, String role, String version, String address, long pid) {
    write(name, role, version, address, pid, "true");
  }

  /**
   * Renews the row of this process, or writes it again when PostgreSQL was restored to a time
   * before it. A row taken over by a successor is left alone.
   */
  public void heartbeat(String name, String role, String version, String address, long pid) {
    write(name, role, version, address, pid, "i.pid = excluded.pid");
  }

  private void write(
      String name, String role, String version, String address, long pid, String where) {
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                """
                insert into instances as i (name, role, version, address, pid, started_at, seen_at)
                values (:name, :role, :version, :address, :pid, skein_now(), skein_now())
                on conflict (name) do update set role = excluded.role, version = excluded.version,
                  address = excluded.address, pid = excluded.pid,
                  started_at = case when i.pid = excluded.pid then i.started_at
                    else excluded.started_at end,
                  seen_at = excluded.seen_at
                where\
                """
                    + " "
                    + where)
            .bind("name", name)
            .bind("role", role)
            .bind("version", version)
            .bind("address", address)
            .bind("pid", pid)
            .execute());
  }

  /** Removes the row at an orderly stop. */
  public void deregister(String name, long pid) {
    database.useTransaction(transaction ->
        transaction
            .handle()
            .execute("delete from instances where name = ? and pid = ?", name, pid));
  }

  /** Instances whose heartbeat is younger than {@code age}, by role and name. */
  public List<Instance> seenWithin(Duration age) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select name, role, version, address, pid, started_at, seen_at from instances
                where seen_at > skein_now() - :age::interval order by role, name
                """)
            .bind("age", SqlTime.interval(age))
            .map((row, context) ->
                new Instance(
                    row.getString("name"),
                    row.getString("role"),
                    row.getString("version"),
                    row.getString("address"),
                    row.getLong("pid"),
                    row.getTimestamp("started_at").toInstant(),
                    row.getTimestamp("seen_at").toInstant()))
            .list());
  }
}
