alter table lock_leases add column since timestamptz not null default clock_timestamp();

-- Who waits for a lock while PostgreSQL grants it, first come, first served. Unlogged: a crash of
-- the server costs the order, and everybody asks again within a second.
create unlogged table lock_waiters (
  name text not null,
  owner text not null,
  place bigint generated always as identity,
  seen_until timestamptz not null, -- who does not ask again until then has gone
  primary key (name, owner)
);
