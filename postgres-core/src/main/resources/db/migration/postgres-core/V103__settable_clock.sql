-- All of Skein's SQL asks this clock. The setting moves it for tests: an interval ('5 minutes', as a
-- machine whose clock is wrong), or '@' and a time, at which it stands still. Without it one look at
-- the setting is all it costs.
create or replace function skein_now() returns timestamptz language sql volatile parallel safe as $$
  select case
    when coalesce(current_setting('skein.clock_offset', true), '') = '' then clock_timestamp()
    when current_setting('skein.clock_offset') like '@%'
      then substr(current_setting('skein.clock_offset'), 2)::timestamptz
    else clock_timestamp() + current_setting('skein.clock_offset')::interval
  end
$$;
