package io.skein.tasks;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What is written about runs while they go on. Each statement names the lease and changes nothing
 * when that is no longer the newest: a run that was given up cannot disturb its successor. In a
 * transaction with other work these come last.
 */
final class RunRenewals {
  private final Duration term;

  /**
   * @param term how long a lease holds from its last renewal
   */
  RunRenewals(Duration term) {
    this.term = term;
  }

  /** Renews the lease and writes what the run has said; false when the lease is lost. */
  boolean renew(Handle handle, Lease lease, Run.Note note) {
    return lease
            .bindTo(
                handle.createUpdate(
                    """
                    update tasks set lease_until = skein_now() + :term * interval '1 ms',
                      progress = coalesce(:progress, progress),
                      details = coalesce(cast(:details as jsonb), details)
                    where %s
                    """
                        .formatted(Lease.HELD)))
            .bind("term", term.toMillis())
            .bind("progress", note.progress())
            .bind("details", note.details())
            .execute()
        == 1;
  }

  /** Marks the begin of a run that waited to be alone. */
  boolean begin(Handle handle, Lease lease) {
    return lease
            .bindTo(
                handle.createUpdate(
                    "update tasks set started_at = skein_now() where " + Lease.HELD))
            .execute()
        == 1;
  }

  /**
   * Renews many leases, passing over rows that a step holds at this moment (it renews them itself),
   * and writes what the runs have said since they were asked last.
   *
   * @return the leases that are lost
   */
  Set<Lease> renewAll(Handle handle, Collection<Run> runs) {
    List<Run> asked = List.copyOf(runs);
    List<Run.Note> notes = asked.stream().map(Run::untold).toList();
    List<Lease> leases = asked.stream().map(Run::lease).toList();
    Map<Lease, Boolean> passedOver = new HashMap<>();
    handle
        .createQuery(
            """
            with asked as materialized (
              select * from unnest(:ids, :numbers, :progress, :details)
                as a(id, lease, progress, details)),
            held as (
              select t.id, a.progress, a.details from tasks t join asked a on a.id = t.id and a.lease = t.lease
              where t.state = 'running' order by t.id for update of t skip locked),
            renewed as (
              update tasks t set lease_until = skein_now() + :term * interval '1 ms',
                progress = coalesce(held.progress, t.progress),
                details = coalesce(held.details::jsonb, t.details)
              from held where t.id = held.id returning t.id, t.lease)
            select a.id, a.lease, exists (select from tasks t
              where t.id = a.id and t.lease = a.lease and t.state = 'running') as held
            from asked a
            where not exists (select from renewed r where r.id = a.id and r.lease = a.lease)
            """)
        .bindArray("ids", UUID.class, leases.stream().map(lease -> lease.task().value()).toList())
        .bindArray("numbers", Long.class, leases.stream().map(Lease::number).toList())
        .bindArray("progress", Integer.class, notes.stream().map(Run.Note::progress).toList())
        .bindArray("details", String.class, notes.stream().map(Run.Note::details).toList())
        .bind("term", term.toMillis())
        .map((row, context) -> Map.entry(Lease.read(row), row.getBoolean("held")))
        .forEach(entry -> passedOver.put(entry.getKey(), entry.getValue()));
    for (int i = 0; i < asked.size(); i++) {
      if (!passedOver.containsKey(leases.get(i))) {
        asked.get(i).told(notes.get(i));
      }
    }
    passedOver.values().removeIf(held -> held);
    return Set.copyOf(passedOver.keySet());
  }
}
