-- Flows, their phases, the units of work a phase is made of, and what was uploaded for them.
-- Lock order: the flow row comes before stream rows, task rows and everything below.

create table flows (
  id uuid primary key,
  tenant text not null,
  engagement text not null,
  kind text not null,
  definition_version integer not null,
  name text not null,
  status text not null check (status in ('initializing', 'running', 'waiting_for_user', 'paused',
                                         'completed', 'failed', 'cancelled')),
  progress integer not null default 0 check (progress between 0 and 100),
  version bigint not null default 0,   -- sequence of the event that last changed the state
  fence bigint not null default 0,     -- issued to each holder of the flow's lock
  as_of date not null,
  approval jsonb,                      -- what waits for the user, while it waits
  error_phase text,
  error_reason text,
  correlation_id text,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index flows_of_tenant on flows (tenant, engagement, id desc);

create table flow_phases (
  flow_id uuid not null references flows on delete cascade,
  phase text not null,
  position integer not null,
  status text not null check (status in ('pending', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
  run integer not null default 0,      -- grows with each retry; a task of an older run is refused
  units_total integer not null default 0,
  units_done integer not null default 0,
  started_at timestamptz,
  deadline timestamptz,                -- start of the run plus the phase's time limit
  ended_at timestamptz,
  summary jsonb not null default '{}',
  primary key (flow_id, phase)
);

-- A unit is a piece of a phase that commits by itself: a batch planned ahead and run as a task of
-- its own, or a slice of the phase task's own writing. A unit that is done is never done again.
create table flow_units (
  flow_id uuid not null,
  phase text not null,
  unit text not null,
  spec jsonb,
  done boolean not null,
  primary key (flow_id, phase, unit),
  foreign key (flow_id, phase) references flow_phases on delete cascade
);

create table uploads (
  id uuid primary key,
  tenant text not null,
  engagement text not null,
  flow_id uuid references flows on delete cascade,  -- null until the flow is created
  position integer not null,
  name text not null,
  bytes bigint not null default 0,
  sha256 text,
  created_at timestamptz not null
);
create index uploads_of_flow on uploads (flow_id);
create index uploads_orphaned on uploads (created_at) where flow_id is null;

create table upload_chunks (
  upload_id uuid not null references uploads on delete cascade,
  n integer not null,
  bytes bytea not null check (octet_length(bytes) <= 1048576),
  primary key (upload_id, n)
);
alter table upload_chunks alter column bytes set storage external;  -- ranges of it are read

create table idempotency_keys (
  tenant text not null,
  key text not null,
  request_hash text not null,
  answer text not null,                -- the flow as the command left it
  created_at timestamptz not null,
  primary key (tenant, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
