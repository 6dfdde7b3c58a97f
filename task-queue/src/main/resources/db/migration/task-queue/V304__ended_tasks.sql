-- For retention, and for the figures of the last hour.
create index tasks_ended on tasks (finished_at) where finished_at is not null;
