-- When the last chunk of an upload arrived: one that still arrives is no orphan, however old it is.
alter table uploads add column touched_at timestamptz not null default skein_now();
drop index uploads_orphaned;
create index uploads_orphaned on uploads (touched_at) where flow_id is null;
