-- What has begun does not expire, whatever becomes of its first run; those that crashed twice have
-- begun, though they wait for the next run without a time of its start.
drop index tasks_expiring;
create index tasks_expiring on tasks (expires_at)
  where expires_at is not null and started_at is null and crash_count < 2
    and state in ('waiting', 'scheduled', 'queued', 'parked');
