-- A worker looks every second for parked tasks that it can try: those that its build has refused are
-- one probe for each set of builds that refused the same, not one for each task.
drop index tasks_parked;
create index tasks_parked on tasks (type, queue, hash_array_extended(refused_by, 0))
  where state = 'parked';
