-- Tasks that repeat. The row's lock is what makes a tick one task: whoever holds it enqueues the due
-- ticks and moves next_at in one transaction. A task's id is derived from the name and the tick, so
-- that the primary key of tasks refuses a repetition.
create table task_schedules (
  name text primary key check (name <> ''),
  cron text not null,
  zone text not null,
  queue text not null check (queue <> ''),
  type text not null check (type <> ''),
  payload jsonb not null check (pg_column_size(payload) <= 1048576),
  priority smallint not null check (priority between 0 and 2),
  tenant text,
  max_attempts integer not null check (max_attempts >= 1),
  retry_delay interval not null,
  soft_limit interval not null,
  hard_limit interval not null,
  missed text not null check (missed in ('skip', 'last', 'all')),
  overlap text not null check (overlap in ('allow', 'skip', 'after')),
  paused_at timestamptz,
  error text,                 -- why a worker has paused it
  next_at timestamptz not null,
  last_at timestamptz,        -- of the last tick that became a task
  last_task uuid
);
create index task_schedules_due on task_schedules (next_at) where paused_at is null;
