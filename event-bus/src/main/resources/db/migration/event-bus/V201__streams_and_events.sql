-- A stream is the history of one flow. Its row is the lock that makes sequence order commit order.
create table streams (
  id uuid primary key,
  tenant text not null,
  last_seq bigint not null default 0,
  -- sequence of the event that last changed the flow's state
  state_version bigint not null default 0,
  changed_at timestamptz not null,
  closed boolean not null default false
) with (fillfactor = 70);

-- For the sweep, which asks for what changed lately. BRIN, because a btree here would end the
-- heap-only updates of every append.
create index streams_changed_at on streams using brin (changed_at) with (pages_per_range = 16, autosummarize = on);

-- No foreign key to streams: the only writer holds the stream's row lock, and a key would be
-- checked again for each row of a batch.
create table events (
  stream_id uuid not null,
  seq bigint not null,
  event_id uuid not null,
  state_version bigint not null,
  type text not null constraint event_type_is_1_to_200_long check (length(type) between 1 and 200),
  phase text,
  -- json and not jsonb: the bytes are kept as they were given
  payload json not null
    constraint event_payload_is_a_json_object check (json_typeof(payload) = 'object')
    constraint event_payload_is_at_most_1_mib check (octet_length(payload::text) <= 1048576),
  source text not null,
  correlation_id text,
  traceparent text,
  occurred_at timestamptz not null,
  primary key (stream_id, seq)
);

-- One row per database. The epoch is the time of its renewal in ms, so that epochs are ordered and
-- never repeated. It is renewed when commits may have been lost, so that no number is trusted twice.
create table epochs (
  only_row boolean primary key default true check (only_row),
  epoch bigint not null,
  server text not null
);

-- Which history of which server this is: a restored copy has another identifier, a promoted or
-- recovered one another timeline.
create function skein_server() returns text language sql volatile as $$
  select s.system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) from pg_control_system() s
$$;

insert into epochs (epoch, server)
values ((extract(epoch from clock_timestamp()) * 1000)::bigint, skein_server());

-- Renews the epoch by hand, after a restore that the server cannot be seen to have had.
create function skein_renew_epoch() returns bigint language sql volatile as $$
  update epochs e
  set epoch = greatest(e.epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint), server = skein_server()
  returning e.epoch
$$;

-- Renews the epoch if this is not the server that it was made on; answers the valid one.
create function skein_confirm_epoch() returns bigint language plpgsql volatile as $$
declare
  valid bigint;
begin
  select e.epoch into valid from epochs e where e.server = skein_server();
  if not found then
    perform 1 from epochs e for update; -- of several that see the change, one renews
    select e.epoch into valid from epochs e where e.server = skein_server();
    if not found then
      valid := skein_renew_epoch();
    end if;
  end if;
  return valid;
end
$$;
