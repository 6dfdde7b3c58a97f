-- For figures of queues: dead letters of each, and how the runs of the last hour ended. Both are
-- written only when a run goes wrong.
create index tasks_dead on tasks (queue, id) where state in ('failed', 'dead');
create index task_attempts_ended on task_attempts (ended_at);
