-- What a type's handler declares, of tasks whose enqueuer chose no retries or no time limits. Written
-- by workers when they start; null where they declare nothing.
alter table task_types
  add column max_attempts integer check (max_attempts >= 1),
  add column retry_delay interval check (retry_delay between '0' and '36500 days'),
  add column soft_limit interval,
  add column hard_limit interval,
  add check ((max_attempts is null) = (retry_delay is null)),
  add check ((soft_limit is null) = (hard_limit is null)),
  add check (skein_limits_fit(soft_limit, hard_limit));

-- A schedule that says nothing leaves it to the type of its tasks.
alter table task_schedules
  alter column max_attempts drop not null,
  alter column retry_delay drop not null,
  alter column soft_limit drop not null,
  alter column hard_limit drop not null,
  add check ((max_attempts is null) = (retry_delay is null)),
  add check ((soft_limit is null) = (hard_limit is null));

-- Refuses what no row or index can hold and what means nothing, in words for the one who enqueues.
create function skein_demand_task(queue text, type text, payload jsonb, tenant text,
  unique_key text, unique_period interval, concurrency_key text, soft interval, hard interval,
  retry_delay interval, due timestamptz) returns void language plpgsql stable as $$
begin
  if octet_length(payload::text) > 1048576 then
    raise exception 'the payload of a task may have 1 MiB; store more elsewhere and name it'
      using errcode = 'program_limit_exceeded';
  end if;
  if unique_period is not null and unique_key is null then
    raise exception 'unique_period needs a unique_key'
      using errcode = 'invalid_parameter_value';
  end if;
  if greatest(char_length(queue), char_length(type), char_length(tenant)) > 200 then
    raise exception 'queue, type and tenant of a task may have 200 characters each'
      using errcode = 'invalid_parameter_value';
  end if;
  if greatest(octet_length(unique_key), octet_length(concurrency_key)) > 500 then
    raise exception 'unique_key and concurrency_key of a task may have 500 bytes each; take a hash'
      using errcode = 'invalid_parameter_value';
  end if;
  if not skein_limits_fit(soft, hard) then
    raise exception 'soft_limit must be positive, hard_limit not below it and at most 36500 days,'
        ' but they are % and %', soft, hard
      using errcode = 'invalid_parameter_value';
  end if;
  if retry_delay not between '0' and '36500 days' then
    raise exception 'retry_delay must be 0 to 36500 days, but is %', retry_delay
      using errcode = 'invalid_parameter_value';
  end if;
  if not isfinite(due) or due < '0001-01-01 00:00:00+00' then
    raise exception 'run_at and delay must give a time, but give %', due
      using errcode = 'invalid_parameter_value';
  end if;
end
$$;

-- As before, but: max_attempts and retry_delay that are not given, and time limits of which neither
-- is given, are those that a handler of the type has declared for this queue, else 4 attempts, 60
-- seconds, 25 and 30 minutes. What is refused stands in skein_demand_task.
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
    insert into task_types (queue, type) values (skein_enqueue.queue, skein_enqueue.type)
      on conflict do nothing;
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
