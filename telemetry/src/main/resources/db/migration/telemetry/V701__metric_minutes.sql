-- What each process counted in each minute; of a part that is written twice the later one stays.
create table metric_minutes (
  name text not null,
  minute timestamptz not null,
  process text not null,
  flush bigint not null,
  figures text not null,
  primary key (name, minute, process)
);

-- For retention, and to list names.
create index metric_minutes_minute on metric_minutes (minute);
