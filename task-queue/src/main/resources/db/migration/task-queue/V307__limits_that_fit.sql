-- A row that a worker cannot read stops its queue, so rows that cannot be read are not let in: time
-- limits and delays that mean nothing are refused, and those that are there are made to fit.
create function skein_limits_fit(soft interval, hard interval) returns boolean
language sql immutable as $$
  select soft > '0' and hard >= soft and hard <= '36500 days'
$$;

-- First, so that nothing comes in while the rows are looked through.
alter table tasks
  add constraint tasks_limits check (skein_limits_fit(soft_limit, hard_limit)) not valid,
  add constraint tasks_retry_delay check (retry_delay between '0' and '36500 days') not valid;
update tasks set
  hard_limit = least(greatest(hard_limit, '1 ms'), '36500 days'),
  soft_limit = least(greatest(soft_limit, '1 ms'), greatest(hard_limit, '1 ms'), '36500 days'),
  retry_delay = least(greatest(retry_delay, '0'), '36500 days'),
  run_at = case when isfinite(run_at) and run_at >= '0001-01-01 00:00:00+00' then run_at
    else created_at end
where not skein_limits_fit(soft_limit, hard_limit) or retry_delay not between '0' and '36500 days'
  or not isfinite(run_at) or run_at < '0001-01-01 00:00:00+00';
alter table tasks validate constraint tasks_limits;
alter table tasks validate constraint tasks_retry_delay;

alter table task_schedules
  add constraint task_schedules_limits check (skein_limits_fit(soft_limit, hard_limit)) not valid,
  add constraint task_schedules_retry_delay check (retry_delay between '0' and '36500 days') not valid;
update task_schedules set
  hard_limit = least(greatest(hard_limit, '1 ms'), '36500 days'),
  soft_limit = least(greatest(soft_limit, '1 ms'), greatest(hard_limit, '1 ms'), '36500 days'),
  retry_delay = least(greatest(retry_delay, '0'), '36500 days')
where not skein_limits_fit(soft_limit, hard_limit) or retry_delay not between '0' and '36500 days';
alter table task_schedules validate constraint task_schedules_limits;
alter table task_schedules validate constraint task_schedules_retry_delay;

-- A schedule's payload has the same bound as a task's, which is of its text. One that is larger
-- never became a task; it is paused, and can be put anew or removed.
update task_schedules set paused_at = coalesce(paused_at, skein_now()),
  error = 'its payload is larger than 1 MiB; put it with a smaller one'
where octet_length(payload::text) > 1048576;
alter table task_schedules drop constraint task_schedules_payload_check;
alter table task_schedules
  add constraint task_schedules_payload check (octet_length(payload::text) <= 1048576) not valid;

-- As before, but: names that no index can hold, limits that do not fit each other, a delay that is
-- negative and a time that is none are refused, and of two limits the one that is not given fits the
-- other: the soft one is 25 minutes or five sixths of the hard one, whichever is less, the hard one
-- 30 minutes or six fifths of the soft one, whichever is more.
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
  soft constant interval := coalesce(soft_limit, least('25 minutes', hard_limit * 5 / 6));
  hard constant interval := coalesce(hard_limit, greatest('30 minutes', soft * 6 / 5));
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
