package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The types that each queue has seen, and what their handlers declare. */
final class TypeRows {
  private TypeRows() {}

  /** A type in a queue. */
  record Kind(String queue, String type) implements Comparable<Kind> {
    static Kind of(NewTask task) {
      return new Kind(task.queue(), task.type());
    }

    @Override
    public int compareTo(Kind other) {
      int byQueue = queue.compareTo(other.queue);
      return byQueue != 0 ? byQueue : type.compareTo(other.type);
    }
  }

  /** Makes these known, as {@code skein_enqueue} does, and answers what they declare. */
  static Map<Kind, TypeDefaults> learn(Handle handle, Collection<NewTask> tasks) {
    Set<Kind> kinds = new TreeSet<>();
    tasks.forEach(task -> kinds.add(Kind.of(task)));
    Map<Kind, TypeDefaults> declared = new HashMap<>();
    handle
        .createQuery(
            """
            with kinds as (
              select k.queue, k.type, t.type is null as is_new, t.max_attempts, t.retry_delay,
                t.soft_limit, t.hard_limit
              from unnest(:queues, :types) with ordinality as k(queue, type, position)
                left join task_types t on t.queue = k.queue and t.type = k.type
              order by k.position)
            select queue, type, max_attempts, extract(epoch from retry_delay) as retry_delay,
              extract(epoch from soft_limit) as soft_limit,
              extract(epoch from hard_limit) as hard_limit,
              case when is_new then skein_learn_type(queue, type) end
            from kinds
            """)
        .bindArray("queues", String.class, kinds.stream().map(Kind::queue).toList())
        .bindArray("types", String.class, kinds.stream().map(Kind::type).toList())
        .map((row, context) ->
            Map.entry(new Kind(row.getString("queue"), row.getString("type")), defaults(row)))
        .forEach(entry -> declared.put(entry.getKey(), entry.getValue()));
    return declared;
  }

  private static TypeDefaults defaults(ResultSet row) throws SQLException {
    Retries retries = Columns.retries(row);
    TimeLimits limits = Columns.limits(row);
    return new TypeDefaults(
        retries == null ? Retries.DEFAULT : retries, limits == null ? TimeLimits.DEFAULT : limits);
  }

  /**
   * Writes what the handlers declare for these queues, over what others of their types declared
   * before. A type that declares nothing gets no row by it.
   */
  static void declare(
      Handle handle, Collection<String> queues, Collection<? extends TaskHandler> handlers) {
    List<String> types = new ArrayList<>();
    List<@Nullable TypeDefaults> declared = new ArrayList<>();
    for (TaskHandler handler : handlers) {
      types.add(handler.type());
      TypeDefaults defaults = handler.defaults();
      declared.add(defaults.equals(TypeDefaults.STANDARD) ? null : defaults);
    }
    List<String> distinct = queues.stream().distinct().toList();
    List<@Nullable Long> maxAttempts = column(declared, of -> (long) of.retries().maxAttempts());
    lock(handle, distinct, types, maxAttempts);
    handle
        .createUpdate(
            """
            insert into task_types as t
              (queue, type, max_attempts, retry_delay, soft_limit, hard_limit)
            select q.queue, d.type, d.max_attempts::integer, d.retry_delay * interval '1 ms',
              d.soft_limit * interval '1 ms', d.hard_limit * interval '1 ms'
            from unnest(:queues) as q(queue),
              unnest(:types, :maxAttempts, :retryDelays, :softLimits, :hardLimits)
                as d(type, max_attempts, retry_delay, soft_limit, hard_limit)
            where d.max_attempts is not null or exists (
              select from task_types k where k.queue = q.queue and k.type = d.type)
            order by q.queue, d.type
            on conflict (queue, type) do update set max_attempts = excluded.max_attempts,
              retry_delay = excluded.retry_delay, soft_limit = excluded.soft_limit,
              hard_limit = excluded.hard_limit
            where (t.max_attempts, t.retry_delay, t.soft_limit, t.hard_limit) is distinct from
              (excluded.max_attempts, excluded.retry_delay, excluded.soft_limit, excluded.hard_limit)
            """)
        .bindArray("queues", String.class, distinct)
        .bindArray("types", String.class, types)
        .bindArray("maxAttempts", Long.class, maxAttempts)
        .bindArray(
            "retryDelays", Long.class, column(declared, of -> of.retries().delay().toMillis()))
        .bindArray("softLimits", Long.class, column(declared, of -> of.limits().soft().toMillis()))
        .bindArray("hardLimits", Long.class, column(declared, of -> of.limits().hard().toMillis()))
        .execute();
  }

  /**
   * Of the rows that are about to be written, so that nobody who enqueues waits for this
   * transaction, but notes the type.
   */
  private static void lock(
      Handle handle, List<String> queues, List<String> types, List<@Nullable Long> declared) {
    handle
        .createQuery(
            """
            select pg_advisory_xact_lock(skein_type_lock(q.queue, d.type))
            from unnest(:queues) as q(queue), unnest(:types, :declared) as d(type, declared)
            where d.declared is not null or exists (
              select from task_types k where k.queue = q.queue and k.type = d.type)
            order by q.queue, d.type
            """)
        .bindArray("queues", String.class, queues)
        .bindArray("types", String.class, types)
        .bindArray("declared", Long.class, declared)
        .mapTo(String.class)
        .list();
  }

  /**
   * Makes known what was noted while others made it known, but for what somebody makes known right
   * now: that is for the next call.
   */
  static void learnNoted(Handle handle) {
    handle.execute(
        """
        with noted as (
          delete from task_types_noted n
          where pg_try_advisory_xact_lock(skein_type_lock(n.queue, n.type))
          returning queue, type)
        insert into task_types (queue, type)
        select distinct queue, type from noted order by queue, type on conflict do nothing
        """);
  }

  private static List<@Nullable Long> column(
      List<@Nullable TypeDefaults> declared, ToLongFunction<TypeDefaults> value) {
    List<@Nullable Long> column = new ArrayList<>();
    declared.forEach(of -> column.add(of == null ? null : value.applyAsLong(of)));
    return column;
  }
}
