-- Builds that could not read a task's payload, the last sixteen: only a build that has not tried
-- takes it up again. Two builds gave such a task to each other without end when only the last one
-- was known (parked_by, which nobody reads any more).
alter table tasks add column refused_by text[] not null default '{}';
comment on column tasks.parked_by is 'unused since refused_by';

create function skein_refused(builds text[], build text) returns text[] language sql immutable as $$
  select array(
    select last.b from (
      select u.b, u.n from unnest(array_remove(builds, build) || build) with ordinality as u(b, n)
      order by u.n desc limit 16) last
    order by last.n)
$$;

-- As before, but: the bound of the payload is of its text, not of what is left after compression;
-- how long a key is unique without a key has an error that says so.
create or replace function skein_enqueue(
  queue text,
  type text,
  payload jsonb default '{}',
  priority integer default 1,
  run_at timestamptz default null,
  delay interval default null,
  unique_key text default null,
  flow uuid default null,
  tenant text default null,
  correlation text default null,
  max_attempts integer default 4,
  retry_delay interval default '60 seconds',
  soft_limit interval default '25 minutes',
  hard_limit interval default '30 minutes',
  id uuid default null,
  expires_at timestamptz default null,
  unique_until_begun boolean default false,
  unique_period interval default null,
  concurrency_key text default null,
  needs uuid[] default '{}',
  needs_end boolean default false,
  traceparent text default null
) returns uuid language plpgsql volatile as $$
#variable_conflict use_column
declare
  at constant timestamptz := skein_now();
  due constant timestamptz := coalesce(skein_enqueue.run_at, at) + coalesce(delay, '0');
  chosen constant uuid := coalesce(skein_enqueue.id, skein_uuid7());
  enqueued uuid;
  open integer := 0;
begin
  if octet_length(payload::text) > 1048576 then
    raise exception 'the payload of a task may have 1 MiB; store more elsewhere and name it'
      using errcode = 'program_limit_exceeded';
  end if;
  if unique_period is not null and unique_key is null then
    raise exception 'unique_period needs a unique_key'
      using errcode = 'invalid_parameter_value';
  end if;
  if unique_period is not null then
    insert into task_periods as p (type, unique_key, until, task)
      values (skein_enqueue.type, skein_enqueue.unique_key, at + unique_period, chosen)
      on conflict (type, unique_key) do update set until = excluded.until, task = excluded.task
        where p.until <= at
      returning p.task into enqueued;
    if not found then
      select p.task into strict enqueued from task_periods p
        where p.type = skein_enqueue.type and p.unique_key = skein_enqueue.unique_key;
      return enqueued;
    end if;
  end if;
  if not exists (select from task_types k
      where k.queue = skein_enqueue.queue and k.type = skein_enqueue.type) then
    insert into task_types (queue, type) values (skein_enqueue.queue, skein_enqueue.type)
      on conflict do nothing;
  end if;
  if cardinality(needs) > 0 then
    open := skein_await(chosen, needs, needs_end);
  end if;
  if open < 0 then -- what is enqueued cancelled conflicts with nothing, so it is looked for here
    select t.id into enqueued from tasks t
      where t.type = skein_enqueue.type and t.unique_key = skein_enqueue.unique_key
        and t.state in ('waiting', 'scheduled', 'queued', 'parked', 'running');
    if found then
      return enqueued;
    end if;
  end if;
  loop
    insert into tasks as t (id, queue, type, payload, priority, state, max_attempts, retry_delay,
        soft_limit, hard_limit, run_at, unique_key, flow, tenant, correlation, created_at,
        expires_at, unique_until_begun, concurrency_key, waits_for, traceparent, error, finished_at)
      values (chosen, skein_enqueue.queue, skein_enqueue.type, skein_enqueue.payload,
        skein_enqueue.priority,
        case when open < 0 then 'cancelled' when open > 0 then 'waiting'
          when due > at then 'scheduled' else 'queued' end,
        skein_enqueue.max_attempts, skein_enqueue.retry_delay, skein_enqueue.soft_limit,
        skein_enqueue.hard_limit, due,
        case when unique_period is null then skein_enqueue.unique_key end,
        skein_enqueue.flow, skein_enqueue.tenant, skein_enqueue.correlation, at,
        skein_enqueue.expires_at, skein_enqueue.unique_until_begun, skein_enqueue.concurrency_key,
        greatest(open, 0), skein_enqueue.traceparent,
        case when open < 0 then 'a task that it needs did not succeed' end,
        case when open < 0 then at end)
      on conflict (type, unique_key) where unique_key is not null
        and state in ('waiting', 'scheduled', 'queued', 'parked', 'running') do nothing
      returning t.id into enqueued;
    if found then
      return enqueued;
    end if;
    select t.id into enqueued from tasks t
      where t.type = skein_enqueue.type and t.unique_key = skein_enqueue.unique_key
        and t.state in ('waiting', 'scheduled', 'queued', 'parked', 'running');
    if found then
      delete from task_dependencies d where d.task = chosen;
      return enqueued;
    end if;
  end loop;
end
$$;
