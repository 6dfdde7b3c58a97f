-- States in addition: waiting (for other tasks), parked (no worker can run it as it is; the error
-- says why).
alter table tasks drop constraint tasks_state_check;
alter table tasks add constraint tasks_state_check check (state in
  ('waiting', 'scheduled', 'queued', 'parked', 'running', 'succeeded', 'failed', 'dead', 'cancelled'));

alter table tasks
  add column expires_at timestamptz,           -- not begun by then, it is cancelled
  add column unique_until_begun boolean not null default false, -- its first claim gives the key free
  add column concurrency_key text,             -- see task_queues.max_per_key
  add column waits_for integer not null default 0, -- tasks that must end before; 0 when not waiting
  add column awaited boolean not null default false, -- others wait for it
  add column parked_by text,                   -- the build that could not run it; null: no build knew its type
  add column progress smallint check (progress between 0 and 100),
  add column details jsonb,                    -- what the handler left for its next run
  add column log text,                         -- the end of what the last run logged
  add column traceparent text;

-- The fair order: turns between tenants, within one the priority, then who is due longer. Collation
-- "C" so that a cursor behind a tenant is its name and the smallest character.
drop index tasks_claim;
create index tasks_claim on tasks (queue, (coalesce(tenant, '') collate "C"), priority, run_at, id)
  where state = 'queued' and crash_count < 2;

-- Without the many rows that have no such value.
drop index tasks_unique;
create unique index tasks_unique on tasks (type, unique_key)
  where unique_key is not null and state in ('waiting', 'scheduled', 'queued', 'parked', 'running');
drop index tasks_live_of_flow;
create index tasks_live_of_flow on tasks (flow)
  where flow is not null and state in ('waiting', 'scheduled', 'queued', 'parked', 'running');
create index tasks_expiring on tasks (expires_at)
  where expires_at is not null and state in ('waiting', 'scheduled', 'queued', 'parked');
create index tasks_parked on tasks (type) where state = 'parked';

-- What operators have said about a queue. One without a row is neither paused nor limited.
create table task_queues (
  queue text primary key check (queue <> ''),
  paused_at timestamptz,
  max_running integer check (max_running >= 0),     -- over all workers
  max_per_tenant integer check (max_per_tenant >= 1),
  max_per_key integer check (max_per_key >= 1),     -- of each concurrency_key
  rate_limit integer check (rate_limit >= 1),       -- starts in each rate_period
  rate_period interval check (rate_period > '0'),
  rate_next timestamptz,                            -- GCRA: when the next start would be in time
  limited boolean generated always as (
    max_running is not null or max_per_tenant is not null or max_per_key is not null
    or rate_limit is not null) stored,
  check ((rate_limit is null) = (rate_period is null))
);

-- One row for each pair: the task waits for the other to succeed, or just to end.
create table task_dependencies (
  needs uuid not null,
  task uuid not null,
  on_end boolean not null,
  primary key (needs, task)
);
create index task_dependencies_of on task_dependencies (task);

-- Runs that were not the last of their task; that one stands in the task's own row.
create table task_attempts (
  task uuid not null,
  lease bigint not null,
  attempt integer not null,
  worker text,
  started_at timestamptz,
  ended_at timestamptz not null,
  outcome text not null,  -- retried, crashed, handed_back, postponed, snoozed
  error text,
  log text,
  primary key (task, lease)
);

-- At most one task of a type and key in a period, whatever became of it.
create table task_periods (
  type text not null,
  unique_key text not null,
  until timestamptz not null,
  task uuid not null,
  primary key (type, unique_key)
);
create index task_periods_until on task_periods (until);

-- Who works, and what each of them knows. Renewed by each worker itself; for operators, and for
-- parking what nobody knows. A worker that speaks HTTP is remote and holds no advisory lock.
create table task_workers (
  identity text primary key,
  name text not null,
  queues text[] not null,
  types text[] not null,
  slots integer not null,
  build text not null,
  remote boolean not null default false,
  draining boolean not null default false,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

-- What was ever enqueued; to find types that nobody knows without reading a queue to its end.
create table task_types (
  queue text not null,
  type text not null,
  primary key (queue, type)
);
insert into task_types (queue, type) select distinct queue, type from tasks;

drop function skein_enqueue;
-- Enqueues a task in the caller's transaction, from any language:
--
--   select skein_enqueue('default', 'send_mail', '{"to": "a@example.org"}');
--   select skein_enqueue('imports', 'import', '{}', delay => '5 minutes', unique_key => 'file-7');
--   select skein_enqueue('imports', 'report', '{}', needs => array[first, second]);
--
-- Returns the task's id, or the id of the task that has the same type and unique_key: a live one
-- (not ended), with unique_until_begun one that has not begun, with unique_period the last one that
-- was enqueued in that time. needs: it is queued when all of these have succeeded, and cancelled
-- when one of them ends otherwise; with needs_end when all have ended, however.
-- A rollback of the transaction takes the task back. Workers find it within a second; Skein's own
-- library also sends a hint after the commit.
-- Race closed: two transactions with one unique_key; the second waits in the insert for the first to
-- end. The loop is for a live task that ends between the insert and the select. A task that is
-- needed is locked while its row is marked, so that it ends before or after, not meanwhile.
create function skein_enqueue(
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
  if pg_column_size(payload) > 1048576 then
    raise exception 'the payload of a task may have 1 MiB; store more elsewhere and name it'
      using errcode = 'program_limit_exceeded';
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

-- Writes down what a task waits for; answers how many of these have not ended, or -1 when one of
-- them has ended without success and that matters. One that does not exist (any more) has ended
-- long ago, with success for all that is known.
create function skein_await(waiting uuid, needs uuid[], needs_end boolean) returns integer
language plpgsql volatile as $$
declare
  other record;
  open integer := 0;
begin
  for other in
    select t.id, t.state from tasks t where t.id = any(needs) order by t.id for update
  loop
    if other.state in ('failed', 'dead', 'cancelled') and not needs_end then
      return -1;
    elsif other.state not in ('succeeded', 'failed', 'dead', 'cancelled') then
      insert into task_dependencies (needs, task, on_end) values (other.id, waiting, needs_end);
      update tasks t set awaited = true where t.id = other.id and not t.awaited;
      open := open + 1;
    end if;
  end loop;
  return open;
end
$$;

-- To be called in the transaction in which awaited tasks have ended: lets go those that waited for
-- them, and cancels those that needed a success that did not come; these are awaited too, perhaps.
-- Answers what is queued now, for hints. Locks in the order of ids.
create function skein_release(ended uuid[])
returns table (task uuid, queue text, priority smallint) language plpgsql volatile as $$
#variable_conflict use_column
declare
  gone uuid[] := ended;
  cancelled uuid[];
  changed record;
begin
  while cardinality(gone) > 0 loop
    -- Locked first: the rows below are read as they are after the wait.
    perform 1 from tasks t
      where t.id in (select d.task from task_dependencies d where d.needs = any(gone))
      order by t.id for update;
    cancelled := '{}';
    for changed in
      with met as (
        delete from task_dependencies d using tasks n
        where d.needs = any(gone) and n.id = d.needs
        returning d.task as id, d.on_end or n.state = 'succeeded' as kept),
      counted as (
        select m.id, count(*)::integer as met, bool_and(m.kept) as kept from met m group by m.id)
      update tasks t set
        waits_for = t.waits_for - c.met,
        state = case when not c.kept then 'cancelled' when t.waits_for > c.met then 'waiting'
          when t.run_at > skein_now() then 'scheduled' else 'queued' end,
        error = case when c.kept then t.error else 'a task that it needs did not succeed' end,
        finished_at = case when c.kept then null else skein_now() end
      from counted c
      where t.id = c.id and t.state = 'waiting'
      returning t.id, t.queue as queue, t.priority as priority, t.state, t.awaited
    loop
      if changed.state = 'queued' then
        task := changed.id;
        queue := changed.queue;
        priority := changed.priority;
        return next;
      elsif changed.state = 'cancelled' and changed.awaited then
        cancelled := cancelled || changed.id;
      end if;
    end loop;
    gone := cancelled;
  end loop;
end
$$;
