-- What the discovery flow knows of its files, and what it made of them. Every row belongs to a flow
-- and goes with it; everything is written by the flow's steps under the flow's row lock.

create table discovery_files (
  flow_id uuid not null references flows on delete cascade,
  position integer not null,
  upload_id uuid not null,
  name text not null,
  layout jsonb not null,           -- dialect and header
  sample jsonb not null,           -- rows that the mapping is proposed from
  mapping jsonb,                   -- column by column, once proposed
  rows_read bigint not null,
  rows_rejected bigint not null,
  primary key (flow_id, position)
);

create table discovery_batches (
  flow_id uuid not null,
  position integer not null,
  n integer not null,
  byte_from bigint not null,
  byte_to bigint not null,
  first_row bigint not null,
  first_line bigint not null,
  row_count integer not null,
  primary key (flow_id, position, n),
  foreign key (flow_id, position) references discovery_files on delete cascade
);

create table import_errors (
  id bigint generated always as identity primary key,
  flow_id uuid not null references flows on delete cascade,
  file text not null,
  row_number bigint not null,      -- 1 is the first data row, 0 the header
  column_name text not null,
  value text not null,
  reason text not null,
  rejected boolean not null        -- false: the row was imported all the same
);
create index import_errors_of_flow on import_errors (flow_id, id);

create table staged_assets (
  flow_id uuid not null references flows on delete cascade,
  position integer not null,
  row_number bigint not null,
  block text not null collate "C", -- rows that may be one asset share it
  asset jsonb not null,
  primary key (flow_id, position, row_number)
);
create index staged_assets_by_block on staged_assets (flow_id, block);

create table staged_edges (
  flow_id uuid not null references flows on delete cascade,
  position integer not null,
  row_number bigint not null,
  n integer not null,              -- one row may state several edges
  edge jsonb not null,
  primary key (flow_id, position, row_number, n)
);

create table assets (
  flow_id uuid not null references flows on delete cascade,
  key text not null collate "C",   -- natural key: upserts go by it
  id uuid not null,
  type text not null,
  name text not null,
  asset jsonb not null,
  lifecycle_status text,
  lifecycle jsonb,
  strategy text,
  six_r jsonb,
  primary key (flow_id, key)
);
create index assets_by_type on assets (flow_id, type, key);

create table asset_edges (
  flow_id uuid not null references flows on delete cascade,
  n bigint not null,
  from_key text not null,
  to_key text not null,
  kind text not null,
  port integer,
  process text,
  primary key (flow_id, n)
);

create table dependency_reports (
  flow_id uuid primary key references flows on delete cascade,
  report jsonb not null            -- waves, clusters, cycles, shared, isolated, referenced
);

create table findings (
  id bigint generated always as identity primary key,
  flow_id uuid not null references flows on delete cascade,
  severity text not null,
  category text not null,
  asset_key text,
  title text not null,
  detail text not null
);
create index findings_of_flow on findings (flow_id, id);

create table flow_reports (
  flow_id uuid primary key references flows on delete cascade,
  report jsonb not null
);
