-- Leases granted while Redis was away. A released lease keeps its row, without an owner and with a
-- raised fence, so that a late renewal of it is refused.
create table lock_leases (
  name text primary key,
  owner text not null,
  holder text not null,
  fence bigint not null,
  expires_at timestamptz not null
);

create index lock_leases_expires_at on lock_leases (expires_at);
