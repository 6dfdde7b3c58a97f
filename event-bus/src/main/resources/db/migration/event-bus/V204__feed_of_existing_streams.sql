-- What was appended before there was a feed waits for its position too. In a transaction of its own,
-- after the one that changed skein_append_all: the lock waits for appends that still ran the old one,
-- and nothing has been placed yet, so one row per stream stands for all of its appends so far.
lock table streams in share mode;
delete from feed_waiting;
insert into feed_waiting (tenant, stream_id, from_seq, to_seq)
select tenant, id, 1, last_seq from streams where last_seq > 0 order by changed_at, id;
