-- Retention: the events of streams that were closed long ago are removed. The stream's row stays, so
-- that a late reader learns where it stood instead of that there was nothing.

-- Whether its events were removed.
alter table streams add column emptied boolean not null default false;

-- What retention looks at. Not on changed_at: that would end the heap-only updates of every append.
create index streams_closed on streams (id) where closed and not emptied;

-- Removing leaves room that the next events fill, if it is made free soon. The defaults wait until a
-- fifth of the table is dead.
alter table events set (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000,
  toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 10000);
alter table feed set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000);

-- Closed streams whose last change is older than keep, oldest first. held_by: the consumer groups
-- that have still to process some of its events; such a stream is kept.
create function skein_expired_streams(keep interval)
returns table (stream_id uuid, tenant text, held_by text[]) language sql volatile as $$
  select s.id, s.tenant, array(
           select distinct g.name
           from feed f
           join feed_groups g on g.tenant = f.tenant
           join feed_group_partitions p
             on p.tenant = g.tenant and p.name = g.name and p.partition = f.slot % g.partitions
           where f.stream_id = s.id and (p.position, p.seq) < (f.position, f.to_seq)
           order by g.name)
  from streams s
  where s.closed and not s.emptied and s.changed_at < skein_now() - keep
    and not exists (select from feed_waiting w where w.tenant = s.tenant and w.stream_id = s.id)
  order by s.id
$$;

-- What retention would do now, for operators: select * from skein_retention('30 days').
-- bytes: what the events take in the table, without its indexes.
create function skein_retention(
  keep interval, out streams bigint, out events bigint, out bytes bigint,
  out held_streams bigint, out held_events bigint, out held_by text[])
language sql volatile as $$
  with expired as materialized (
    select x.stream_id, x.held_by, e.events, e.bytes
    from skein_expired_streams(keep) x
    cross join lateral (
      select count(*) as events,
             coalesce(sum(pg_column_size(o.payload) + 100 + octet_length(o.type || coalesce(o.phase, '') || o.source)), 0) as bytes
      from events o where o.stream_id = x.stream_id) e)
  select count(*) filter (where held_by = '{}'),
         coalesce(sum(events) filter (where held_by = '{}'), 0)::bigint,
         coalesce(sum(bytes) filter (where held_by = '{}'), 0)::bigint,
         count(*) filter (where held_by <> '{}'),
         coalesce(sum(events) filter (where held_by <> '{}'), 0)::bigint,
         array(select distinct h from expired x, unnest(x.held_by) h order by h)
  from expired
$$;

-- Removes at most so many events of a closed stream, the last ones first: a reader in between gets a
-- contiguous beginning and then a reset, never a hole. Raises the floor of the tenant's feed.
-- Locks the stream, then the feed's head.
create function skein_remove_events(stream uuid, most integer, out removed bigint, out remaining boolean)
language plpgsql volatile as $$
declare
  owner text;
  lowest bigint;
begin
  select s.tenant into owner from streams s where s.id = stream and s.closed and not s.emptied for update;
  if not found then
    removed := 0;
    remaining := false;
    return;
  end if;

  select min(l.seq) into lowest
  from (select e.seq from events e where e.stream_id = stream order by e.seq desc limit most) l;
  delete from events e where e.stream_id = stream and e.seq >= lowest;
  get diagnostics removed = row_count;

  with gone as (
    delete from feed f where f.stream_id = stream and f.to_seq >= lowest returning f.position, f.to_seq)
  update feed_heads h
  set floor_position = g.position, floor_seq = g.to_seq
  from (select position, to_seq from gone order by position desc limit 1) g
  where h.tenant = owner and h.floor_position < g.position;

  select exists (select from events e where e.stream_id = stream) into remaining;
  if not remaining then
    update streams s set emptied = true where s.id = stream;
  end if;
end
$$;
