-- The feed across flows: every append of a tenant gets a position, in the order of each stream. A
-- position is given after the commit, since a number drawn inside the transactions would become
-- visible out of order and a reader would pass over what commits late.

-- Appends that have no position yet, written by skein_append_all with the events. Within one
-- stream ids grow in the order of the sequence, because they are drawn under the stream's row lock.
create table feed_waiting (
  id bigint generated always as identity,
  tenant text not null,
  stream_id uuid not null,
  from_seq bigint not null,
  to_seq bigint not null,
  primary key (tenant, id)
) with (
  -- A queue: short, and soon all dead. The search for the oldest row passes over the dead ones.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
  autovacuum_vacuum_cost_delay = 0
);

-- How far each tenant's feed has come. Its row lock lets one placer through at a time.
create table feed_heads (
  tenant text primary key,
  -- the last append that was placed, and its last event
  position bigint not null default 0,
  seq bigint not null default 0,
  -- the last place that retention has removed: up to it events may be missing
  floor_position bigint not null default 0,
  floor_seq bigint not null default 0
) with (fillfactor = 50);

create table feed (
  tenant text not null,
  position bigint not null,
  stream_id uuid not null,
  from_seq bigint not null,
  to_seq bigint not null,
  -- 0 to 63, the same for all of a stream: what consumer groups divide
  slot smallint not null,
  placed_at timestamptz not null,
  primary key (tenant, position)
);

create index feed_stream_id on feed (stream_id);

-- The same on every server and version, which hashtext() does not promise.
create function skein_feed_slot(stream uuid) returns smallint language sql immutable parallel safe as $$
  select (get_byte(sha256(uuid_send(stream)), 0) & 63)::smallint
$$;

-- Gives positions to at most so many waiting appends of a tenant, the oldest first. Needs READ
-- COMMITTED: it locks the head and reads after, so that of two placers the second sees what the
-- first has left, and neither gives a position twice or out of order. An append that is not yet
-- visible cannot be overtaken by a later one of its stream, which waits for its commit.
create function skein_place_feed(owner text, most integer, out placed bigint, out head bigint)
language plpgsql volatile as $$
declare
  last_seq bigint;
begin
  select h.position into head from feed_heads h where h.tenant = owner for update;
  if not found then
    insert into feed_heads (tenant) values (owner) on conflict do nothing;
    select h.position into head from feed_heads h where h.tenant = owner for update;
  end if;

  with taken as (
    delete from feed_waiting w
    where w.tenant = owner
      and w.id = any (array(select o.id from feed_waiting o where o.tenant = owner order by o.id limit most))
    returning w.id, w.stream_id, w.from_seq, w.to_seq),
  added as (
    insert into feed (tenant, position, stream_id, from_seq, to_seq, slot, placed_at)
    select owner, skein_place_feed.head + row_number() over (order by t.id), t.stream_id, t.from_seq, t.to_seq,
           skein_feed_slot(t.stream_id), skein_now()
    from taken t
    returning position, to_seq)
  select count(*), coalesce(max(a.position), skein_place_feed.head), (array_agg(a.to_seq order by a.position desc))[1]
  into placed, head, last_seq
  from added a;

  if placed > 0 then
    update feed_heads h set position = skein_place_feed.head, seq = last_seq where h.tenant = owner;
  end if;
end
$$;

-- As in V202, and with the row of feed_waiting.
create or replace function skein_append_all(
  stream uuid, event_ids uuid[], types text[], payloads text[], phases text[], sources text[],
  correlations text[], traceparents text[], changes boolean[],
  out epoch bigint, out first_seq bigint, out last_seq bigint, out version_before bigint,
  out state_version bigint, out occurred_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  n bigint := cardinality(types);
  last_change bigint := coalesce((select max(c.i) from unnest(changes) with ordinality c (changed, i) where c.changed), 0);
  owner text;
  allowed interval := current_setting('transaction_timeout')::interval;
begin
  if n is null or n not between 1 and 10000 then
    raise exception 'a batch has 1 to 10000 events, not %', n using errcode = '22023';
  end if;
  if allowed = interval '0' or allowed > interval '60 s' then
    -- a timer that runs is not shortened, only a new one is started
    perform set_config('transaction_timeout', '0', true), set_config('transaction_timeout', '60s', true);
  end if;

  update streams s
  set last_seq = s.last_seq + n,
      state_version = case when last_change > 0 then s.last_seq + last_change else s.state_version end,
      changed_at = skein_now()
  where s.id = stream and not s.closed
  returning s.tenant, s.last_seq - n + 1, s.last_seq, s.state_version, skein_now()
  into owner, first_seq, last_seq, state_version, occurred_at;

  if not found then
    if exists (select from streams s where s.id = stream) then
      raise exception 'stream % is closed, nothing can be appended to it', stream using errcode = 'SK002';
    end if;
    raise exception 'there is no stream %; open it before appending', stream using errcode = 'SK001';
  end if;

  -- Events before the batch's first change carry the version that the event before them had.
  version_before := case when last_change = 0 then skein_append_all.state_version else 0 end;
  if last_change > 0 and not changes[1] then
    select coalesce(max(e.state_version), 0) into version_before from events e
    where e.stream_id = stream and e.seq = skein_append_all.first_seq - 1;
  end if;

  insert into events (stream_id, seq, event_id, state_version, type, phase, payload, source,
                      correlation_id, traceparent, occurred_at)
  select stream, skein_append_all.first_seq + b.i - 1, coalesce(b.event_id, skein_uuid7()),
         coalesce(max(skein_append_all.first_seq + b.i - 1) filter (where b.changed) over (order by b.i), version_before),
         b.type, b.phase, b.payload::json, b.source, b.correlation, b.traceparent, skein_append_all.occurred_at
  from unnest(event_ids, types, payloads, phases, sources, correlations, traceparents, changes)
       with ordinality b (event_id, type, payload, phase, source, correlation, traceparent, changed, i);

  insert into feed_waiting (tenant, stream_id, from_seq, to_seq)
  values (owner, stream, skein_append_all.first_seq, skein_append_all.last_seq);

  select e.epoch into skein_append_all.epoch from epochs e;
end
$$;
