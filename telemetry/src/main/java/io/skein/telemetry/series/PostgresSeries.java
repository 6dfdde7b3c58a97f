package io.skein.telemetry.series;

import io.skein.postgres.Database;
import io.skein.postgres.FallbackBulkhead;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A row for each name, minute and process. */
final class PostgresSeries implements SeriesStore {
  private final Database database;

  PostgresSeries(Database database) {
    this.database = database;
  }

  /** The part of the pool for what Redis answers when it is well. */
  FallbackBulkhead fallback() {
    return database.fallback();
  }

  /** In the order of their keys, so that two who write the same rows do not wait for each other. */
  @Override
  public void write(List<Part> parts) {
    List<Part> ordered =
        parts.stream()
            .sorted(
                Comparator.comparing(Part::name)
                    .thenComparing(Part::minute)
                    .thenComparing(Part::process))
            .toList();
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                """
                insert into metric_minutes as kept (name, minute, process, flush, figures)
                select name, to_timestamp(minute * 60), process, flush, figures
                from unnest(:names, :minutes, :processes, :flushes, :figures)
                  as part (name, minute, process, flush, figures)
                on conflict (name, minute, process) do update
                  set flush = excluded.flush, figures = excluded.figures
                  where kept.flush < excluded.flush
                """)
            .bindArray("names", String.class, ordered.stream().map(Part::name).toList())
            .bindArray("minutes", Long.class, ordered.stream().map(Part::minute).toList())
            .bindArray("processes", String.class, ordered.stream().map(Part::process).toList())
            .bindArray("flushes", Long.class, ordered.stream().map(Part::flush).toList())
            .bindArray("figures", String.class, ordered.stream().map(Part::text).toList())
            .execute());
  }

  @Override
  public List<Part> read(Set<String> names, long from, long to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select name, extract(epoch from minute)::bigint / 60 as number, process, flush,
                       figures
                from metric_minutes
                where name = any(:names) and minute between :from and :to
                """)
            .bindArray("names", String.class, List.copyOf(names))
            .bind("from", start(from))
            .bind("to", start(to))
            .map((row, context) -> part(row))
            .list());
  }

  /** All parts of some minutes, which may lie far apart, under whatever name. */
  List<Part> readAll(Collection<Long> minutes) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select name, extract(epoch from minute)::bigint / 60 as number, process, flush,
                       figures
                from metric_minutes
                where minute in (select to_timestamp(number * 60) from unnest(:minutes) as number)
                """)
            .bindArray("minutes", Long.class, List.copyOf(minutes))
            .map((row, context) -> part(row))
            .list());
  }

  /** Of all parts of some minutes which flush is kept. */
  Map<Part.Key, Long> flushes(long from, long to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select name, extract(epoch from minute)::bigint / 60 as number, process, flush
                from metric_minutes
                where minute between :from and :to
                """)
            .bind("from", start(from))
            .bind("to", start(to))
            .reduceRows(
                new HashMap<>(),
                (found, row) -> {
                  Part.Key key =
                      new Part.Key(
                          row.getColumn("name", String.class),
                          row.getColumn("number", Long.class),
                          row.getColumn("process", String.class));
                  found.put(key, row.getColumn("flush", Long.class));
                  return found;
                }));
  }

  /** Whether anything is kept under a name. */
  boolean has(String name) {
    return database.read(handle ->
        handle
            .createQuery("select exists (select from metric_minutes where name = :name)")
            .bind("name", name)
            .mapTo(Boolean.class)
            .one());
  }

  @Override
  public Set<String> names(long from, long to) {
    return database.read(handle ->
        new HashSet<>(
            handle
                .createQuery(
                    "select distinct name from metric_minutes where minute between :from and :to")
                .bind("from", start(from))
                .bind("to", start(to))
                .mapTo(String.class)
                .list()));
  }

  /** The latest minute of which anything is kept; 0 for none. */
  long latest() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select coalesce(extract(epoch from max(minute))::bigint / 60, 0) from metric_minutes
                """)
            .mapTo(Long.class)
            .one());
  }

  /** Removes what is older; answers how many rows that were. */
  int removeOlderThan(Duration age) {
    return database.inTransaction(transaction ->
        transaction
            .handle()
            .createUpdate("delete from metric_minutes where minute < skein_now() - :age::interval")
            .bind("age", age.toSeconds() + " seconds")
            .execute());
  }

  private static OffsetDateTime start(long minute) {
    return Minutes.start(minute).atOffset(ZoneOffset.UTC);
  }

  private static Part part(ResultSet row) throws SQLException {
    return new Part(
        row.getString("name"),
        row.getLong("number"),
        row.getString("process"),
        row.getLong("flush"),
        row.getString("figures"));
  }
}
