-- The one clock of all SQL. Outside tests skein.clock_offset is absent and this is clock_timestamp().
create function skein_now() returns timestamptz language sql volatile parallel safe as $$
  select clock_timestamp() + coalesce(nullif(current_setting('skein.clock_offset', true), ''), '0')::interval
$$;

-- UUID version 7 (RFC 9562, section 5.7) for rows written by SQL: 48 bits of Unix milliseconds,
-- then random bits. PostgreSQL 18 has uuidv7(), 17 has not.
create function skein_uuid7() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- Limits of every step, as settings of this role in this database so that they also hold behind a
-- pooler in transaction mode: a frozen process cannot hold a row for long. They take effect on
-- connections made after this migration.
do $$
begin
  execute format('alter role current_user in database %I set lock_timeout = %L', current_database(), '5s');
  execute format('alter role current_user in database %I set transaction_timeout = %L', current_database(), '60s');
  execute format('alter role current_user in database %I set idle_in_transaction_session_timeout = %L', current_database(), '5s');
  execute format('alter role current_user in database %I set tcp_user_timeout = %L', current_database(), '10s');
end
$$;
