create table instances (
  name text primary key,
  role text not null,
  version text not null,
  address text not null,
  pid bigint not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

-- One row per duty; the term grows whenever the leader changes.
create table leaderships (
  duty text primary key,
  instance text not null,
  term bigint not null,
  expires_at timestamptz not null
);
