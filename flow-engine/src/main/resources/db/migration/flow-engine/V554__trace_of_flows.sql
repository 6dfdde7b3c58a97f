-- The traceparent of the request that created the flow; its tasks and events continue that trace.
alter table flows add column traceparent text;
