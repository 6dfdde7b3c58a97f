-- Groups of consumers that process every event of a tenant once to effect. Streams are divided into
-- partitions by their slot, so a partition's order is that of its streams.
create table feed_groups (
  tenant text not null,
  name text not null constraint group_name_is_1_to_200_long check (length(name) between 1 and 200),
  partitions integer not null constraint group_has_1_to_64_partitions check (partitions between 1 and 64),
  created_at timestamptz not null,
  primary key (tenant, name)
);

-- How far a group has come. The lock of a row is what makes one consumer its owner, for one
-- transaction: the one in which the effects of the events and the place after them commit.
create table feed_group_partitions (
  tenant text not null,
  name text not null,
  partition integer not null,
  -- the last event that was processed
  position bigint not null,
  seq bigint not null,
  -- a page that failed is repeated event by event up to this position, to find the one that fails
  single_until bigint not null default 0,
  -- how often in a row the next event has failed, why, and when it is tried again
  failures integer not null default 0,
  error text,
  retry_at timestamptz,
  worker text,
  updated_at timestamptz not null,
  primary key (tenant, name, partition),
  foreign key (tenant, name) references feed_groups on delete cascade
) with (fillfactor = 50);
