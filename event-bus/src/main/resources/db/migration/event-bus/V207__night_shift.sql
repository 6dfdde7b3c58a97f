-- What an operator does with psql.

-- As in V206, but a group is named with its tenant: another tenant's may have the same name.
create or replace function skein_expired_streams(keep interval)
returns table (stream_id uuid, tenant text, held_by text[]) language sql volatile as $$
  select s.id, s.tenant, array(
           select distinct g.tenant || '/' || g.name
           from feed f
           join feed_groups g on g.tenant = f.tenant
           join feed_group_partitions p
             on p.tenant = g.tenant and p.name = g.name and p.partition = f.slot % g.partitions
           where f.stream_id = s.id and (p.position, p.seq) < (f.position, f.to_seq)
           order by g.tenant || '/' || g.name)
  from streams s
  where s.closed and not s.emptied and s.changed_at < skein_now() - keep
    and not exists (select from feed_waiting w where w.tenant = s.tenant and w.stream_id = s.id)
  order by s.id
$$;

-- Passes over the event that fails in a partition of a group, without any effect of it. Waits for a
-- consumer that is trying it, at most lock_timeout. Answers its place; nulls when nothing fails there.
create function skein_skip_event(
  owner text, consumer_group text, failing integer, by text default 'sql',
  out skipped_position bigint, out skipped_seq bigint)
language plpgsql volatile as $$
declare
  reached record;
  into_parts integer;
begin
  select g.partitions into into_parts from feed_groups g where g.tenant = owner and g.name = consumer_group;
  select p.position, p.seq into reached from feed_group_partitions p
  where p.tenant = owner and p.name = consumer_group and p.partition = failing and p.failures > 0
  for update;
  if not found then
    return;
  end if;
  select f.position,
         case when f.position = reached.position then greatest(f.from_seq, reached.seq + 1) else f.from_seq end
  into skipped_position, skipped_seq
  from feed f
  where f.tenant = owner and f.position >= reached.position and f.slot % into_parts = failing
    and (f.position > reached.position or f.to_seq > reached.seq)
  order by f.position limit 1;
  if found then
    update feed_group_partitions p
    set position = skipped_position, seq = skipped_seq, failures = 0, error = null, retry_at = null,
        worker = by, updated_at = skein_now()
    where p.tenant = owner and p.name = consumer_group and p.partition = failing;
  end if;
end
$$;
