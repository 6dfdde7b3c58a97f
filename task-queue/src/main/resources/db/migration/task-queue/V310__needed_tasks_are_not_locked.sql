-- Who enqueued a task that needs others locked these until his transaction ended: their leases were
-- not renewed meanwhile, and two who did so in different orders waited for each other. Now he only
-- writes down what is needed, and after his commit the upkeep of some worker tells the needed ones.
alter table task_dependencies
  add column told boolean not null default true; -- the needed task knows that it is awaited
create index task_dependencies_untold on task_dependencies (needs) where not told;

-- Writes down what a task waits for; answers how many of these have not ended, or -1 when one of
-- them has ended without success and that matters. One that does not exist (any more) has ended
-- long ago, with success for all that is known.
-- Locks nothing that another transaction sees, so a needed task may end before the caller commits,
-- and know nothing of it: skein_tell finds that. What the caller himself has enqueued is his alone,
-- and is told at once.
create or replace function skein_await(waiting uuid, needs uuid[], needs_end boolean)
returns integer language plpgsql volatile as $$
declare
  other record;
  open integer := 0;
begin
  for other in
    select t.id, t.state, t.xmin = pg_current_xact_id()::xid as own from tasks t
    where t.id = any(needs) order by t.id
  loop
    if other.state in ('failed', 'dead', 'cancelled') and not needs_end then
      return -1;
    elsif other.state not in ('succeeded', 'failed', 'dead', 'cancelled') then
      insert into task_dependencies (needs, task, on_end, told)
        values (other.id, waiting, needs_end, other.own);
      if other.own then
        update tasks t set awaited = true where t.id = other.id and not t.awaited;
      end if;
      open := open + 1;
    end if;
  end loop;
  return open;
end
$$;

-- Tells live tasks that they are awaited, at most so many. In a transaction of its own, which waits
-- for nothing: what is locked is left to the next time. Answers for how many pairs it did.
-- Race closed: the needed task ends meanwhile. Its row is locked here, so its end comes before this
-- and is found by skein_ended_untold, or after it and sees that the task is awaited, and with that
-- what waits, which was committed before this began.
create function skein_tell(most integer) returns integer language plpgsql volatile as $$
#variable_conflict use_column
declare
  pairs integer;
begin
  with untold as materialized (
    select distinct d.needs from task_dependencies d where not d.told order by d.needs limit most),
  held as materialized (
    select t.id from tasks t join untold u on u.needs = t.id
    where t.state not in ('succeeded', 'failed', 'dead', 'cancelled')
    order by t.id for update of t skip locked),
  marked as (
    update tasks t set awaited = true from held where t.id = held.id and not t.awaited)
  update task_dependencies d set told = true from held where d.needs = held.id and not d.told;
  get diagnostics pairs = row_count;
  return pairs;
end
$$;

-- Tasks that had ended before they were told, for skein_release.
create function skein_ended_untold(most integer) returns uuid[] language sql volatile as $$
  select array(
    select distinct d.needs from task_dependencies d left join tasks t on t.id = d.needs
    where not d.told
      and (t.id is null or t.state in ('succeeded', 'failed', 'dead', 'cancelled'))
    order by d.needs limit most)
$$;

-- As before, but: a needed task may be gone, which counts as a success, and one that is cancelled
-- here need not know that it is awaited.
create or replace function skein_release(ended uuid[])
returns table (task uuid, queue text, priority smallint) language plpgsql volatile as $$
#variable_conflict use_column
declare
  gone uuid[] := ended;
  cancelled uuid[];
  changed record;
begin
  while cardinality(gone) > 0 loop
    -- Locked first: the rows below are read as they are after the wait.
    perform 1 from tasks t
      where t.id in (select d.task from task_dependencies d where d.needs = any(gone))
      order by t.id for update;
    cancelled := '{}';
    for changed in
      with met as (
        delete from task_dependencies d where d.needs = any(gone)
        returning d.task as id, d.on_end or coalesce(
          (select n.state = 'succeeded' from tasks n where n.id = d.needs), true) as kept),
      counted as (
        select m.id, count(*)::integer as met, bool_and(m.kept) as kept from met m group by m.id)
      update tasks t set
        waits_for = t.waits_for - c.met,
        state = case when not c.kept then 'cancelled' when t.waits_for > c.met then 'waiting'
          when t.run_at > skein_now() then 'scheduled' else 'queued' end,
        error = case when c.kept then t.error else 'a task that it needs did not succeed' end,
        finished_at = case when c.kept then null else skein_now() end
      from counted c
      where t.id = c.id and t.state = 'waiting'
      returning t.id, t.queue as queue, t.priority as priority, t.state
    loop
      if changed.state = 'queued' then
        task := changed.id;
        queue := changed.queue;
        priority := changed.priority;
        return next;
      elsif changed.state = 'cancelled' then
        cancelled := cancelled || changed.id;
      end if;
    end loop;
    gone := cancelled;
  end loop;
end
$$;
