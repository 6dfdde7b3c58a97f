-- A wish to end all streams of a user. Every instance reads the latest rows each second, so it
-- works without Redis; rows are removed after an hour.
create table stream_disconnects (
  id bigint generated always as identity primary key,
  tenant text not null,
  user_name text not null,
  at timestamptz not null
);

create index stream_disconnects_at on stream_disconnects (at);
