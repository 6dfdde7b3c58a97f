-- One row per task. Whoever holds the current number in "lease" while the state is running is the
-- only one whose writes count; each claim, hand-back, crash and revocation raises it.
create table tasks (
  id uuid primary key,
  queue text not null check (queue <> ''),
  type text not null check (type <> ''),
  payload jsonb not null,
  priority smallint not null check (priority between 0 and 2), -- 0 high, 1 normal, 2 low
  state text not null check (state in
    ('scheduled', 'queued', 'running', 'succeeded', 'failed', 'dead', 'cancelled')),
  attempt integer not null default 0,        -- runs that count against max_attempts, this one included
  max_attempts integer not null check (max_attempts >= 1),
  retry_delay interval not null,             -- before the first retry; doubles with each further one
  soft_limit interval not null,
  hard_limit interval not null,
  run_at timestamptz not null,
  lease bigint not null default 0,
  lease_until timestamptz,
  worker text,
  crash_count integer not null default 0,
  unique_key text,
  flow uuid,
  tenant text,
  correlation text,
  result jsonb,
  error text,
  created_at timestamptz not null,
  started_at timestamptz,                    -- null while a claimed task waits to run alone
  finished_at timestamptz
) with (fillfactor = 70); -- room for the updates of a task's life on its own page

-- The fair order of the claim.
create index tasks_claim on tasks (queue, priority, run_at, id)
  where state = 'queued' and crash_count < 2;
-- Those that crashed twice; they run alone.
create index tasks_suspects on tasks (queue, run_at) where state = 'queued' and crash_count >= 2;
create index tasks_due on tasks (run_at) where state = 'scheduled';
create index tasks_running on tasks (worker) where state = 'running';
create unique index tasks_unique on tasks (type, unique_key)
  where state in ('scheduled', 'queued', 'running');
create index tasks_live_of_flow on tasks (flow)
  where state in ('scheduled', 'queued', 'running');

-- Enqueues a task in the caller's transaction, from any language:
--
--   select skein_enqueue('default', 'send_mail', '{"to": "a@example.org"}');
--   select skein_enqueue('imports', 'import', '{}', delay => '5 minutes', unique_key => 'file-7');
--
-- Returns the task's id, or the id of the live task (scheduled, queued or running) of the same type
-- and unique_key. A rollback of the transaction takes the task back. Workers find it within a second;
-- Skein's own library also sends a hint after the commit.
-- Race closed: two transactions with one unique_key; the second waits in the insert for the first to
-- end. The loop is for a live task that ends between the insert and the select.
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
  id uuid default null
) returns uuid language plpgsql volatile as $$
#variable_conflict use_column
declare
  at constant timestamptz := skein_now();
  due constant timestamptz := coalesce(skein_enqueue.run_at, at) + coalesce(delay, '0');
  enqueued uuid;
begin
  if pg_column_size(payload) > 1048576 then
    raise exception 'the payload of a task may have 1 MiB; store more elsewhere and name it'
      using errcode = 'program_limit_exceeded';
  end if;
  loop
    insert into tasks as t (id, queue, type, payload, priority, state, max_attempts, retry_delay,
        soft_limit, hard_limit, run_at, unique_key, flow, tenant, correlation, created_at)
      values (coalesce(skein_enqueue.id, skein_uuid7()), skein_enqueue.queue, skein_enqueue.type,
        skein_enqueue.payload, skein_enqueue.priority,
        case when due > at then 'scheduled' else 'queued' end,
        skein_enqueue.max_attempts, skein_enqueue.retry_delay, skein_enqueue.soft_limit,
        skein_enqueue.hard_limit, due, skein_enqueue.unique_key, skein_enqueue.flow,
        skein_enqueue.tenant, skein_enqueue.correlation, at)
      on conflict (type, unique_key) where state in ('scheduled', 'queued', 'running') do nothing
      returning t.id into enqueued;
    if found then
      return enqueued;
    end if;
    select t.id into enqueued from tasks t
      where t.type = skein_enqueue.type and t.unique_key = skein_enqueue.unique_key
        and t.state in ('scheduled', 'queued', 'running');
    if found then
      return enqueued;
    end if;
  end loop;
end
$$;

-- The identities whose processes live, as hashtextextended(worker, 0): each worker holds that advisory
-- lock on a direct connection, which the kernel closes when the process dies. A bigint key shows in
-- pg_locks as two halves.
create view live_workers as
  select (l.classid::bigint << 32) | l.objid::bigint as key, l.pid
  from pg_locks l
  where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select d.oid from pg_database d where d.datname = current_database());
