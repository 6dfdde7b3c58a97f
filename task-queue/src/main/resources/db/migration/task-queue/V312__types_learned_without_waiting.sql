-- The first tasks of a type make it known. Of two transactions that enqueue some at once, who comes
-- second does not wait for the end of the first, which may be long, and two that learn two types in
-- opposite order do not wait for each other: it notes the type here, without asking who else does,
-- and the upkeep of a worker adds what was noted to task_types.
create table task_types_noted (
  queue text not null,
  type text not null
);

create index task_types_noted_by_type on task_types_noted (queue, type);

-- Whoever writes a row of task_types holds this until its transaction ends.
create function skein_type_lock(queue text, type text) returns bigint language sql immutable as $$
  select hashtextextended('type ' || type || ' in ' || queue, 0)
$$;

create function skein_learn_type(queue text, type text) returns void language plpgsql volatile as $$
#variable_conflict use_column
begin
  if pg_try_advisory_xact_lock(skein_type_lock(skein_learn_type.queue, skein_learn_type.type)) then
    insert into task_types (queue, type) values (skein_learn_type.queue, skein_learn_type.type)
      on conflict do nothing;
  else
    insert into task_types_noted (queue, type)
      select skein_learn_type.queue, skein_learn_type.type
      where not exists (select from task_types_noted n
        where n.queue = skein_learn_type.queue and n.type = skein_learn_type.type);
  end if;
end
$$;

-- As before, but for skein_learn_type.
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
  max_attempts integer default null,
  retry_delay interval default null,
  soft_limit interval default null,
  hard_limit interval default null,
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
  declared task_types;
  soft interval := coalesce(soft_limit, least('25 minutes', hard_limit * 5 / 6));
  hard interval := coalesce(hard_limit, greatest('30 minutes', soft * 6 / 5));
  enqueued uuid;
  open integer := 0;
begin
  select * into declared from task_types k
    where k.queue = skein_enqueue.queue and k.type = skein_enqueue.type;
  max_attempts := coalesce(max_attempts, declared.max_attempts, 4);
  retry_delay := coalesce(retry_delay, declared.retry_delay, '60 seconds');
  if soft_limit is null and hard_limit is null and declared.soft_limit is not null then
    soft := declared.soft_limit;
    hard := declared.hard_limit;
  end if;
  perform skein_demand_task(queue, type, payload, tenant, unique_key, unique_period,
    concurrency_key, soft, hard, retry_delay, due);
  if declared.type is null then
    perform skein_learn_type(skein_enqueue.queue, skein_enqueue.type);
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
        skein_enqueue.max_attempts, skein_enqueue.retry_delay, soft, hard, due,
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
