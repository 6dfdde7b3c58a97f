-- Appends events to a stream, in order, inside the caller's transaction. The one path: the Java
-- library calls it, and so does skein_append below.
--
-- event_ids   null elements get a new id
-- types, payloads, phases, sources, correlations, traceparents   one element per event
-- changes     true for an event that changes the flow's state: state_version becomes its sequence
--
-- Errors: SK001 unknown stream, SK002 closed stream, 22P02 or 23514 what an event must not be.
--
-- The row lock is held from here to the commit. So that a frozen process cannot hold it, and so
-- that the sweep knows how late a commit can be, the rest of the transaction may last 60 s.
create function skein_append_all(
  stream uuid, event_ids uuid[], types text[], payloads text[], phases text[], sources text[],
  correlations text[], traceparents text[], changes boolean[],
  out epoch bigint, out first_seq bigint, out last_seq bigint, out version_before bigint,
  out state_version bigint, out occurred_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  n bigint := cardinality(types);
  last_change bigint := coalesce((select max(c.i) from unnest(changes) with ordinality c (changed, i) where c.changed), 0);
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
  returning s.last_seq - n + 1, s.last_seq, s.state_version, skein_now()
  into first_seq, last_seq, state_version, occurred_at;

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

  select e.epoch into skein_append_all.epoch from epochs e;
end
$$;

-- Appends one event from any language, in the caller's own transaction:
--
--   begin;
--   update my_table …;
--   select * from skein_append('0197…', 'asset_enriched', '{"asset": "db-7"}', source => 'enricher');
--   commit;
--
-- Every watcher of the flow sees it within 2 s of the commit. The answer is the event's id in two
-- parts: epoch and sequence. Give changes_state only when the flow's own state changed with it.
create function skein_append(
  stream uuid, type text, payload text default '{}', phase text default null, source text default 'sql',
  correlation text default null, traceparent text default null, changes_state boolean default false,
  out epoch bigint, out seq bigint)
language sql volatile as $$
  select a.epoch, a.last_seq
  from skein_append_all(stream, array[null::uuid], array[type], array[payload], array[phase], array[source],
                        array[correlation], array[traceparent], array[changes_state]) a
$$;
