-- Where each node of the dependency graph stands, so that a wave or a cluster of any size can be read
-- page by page. dependency_reports keeps only the beginning of each list.

create table dependency_nodes (
  flow_id uuid not null references flows on delete cascade,
  key text not null collate "C",   -- of an asset, or of what is only referred to
  wave integer,                    -- null for what the inventory does not have
  cluster integer,                 -- null for a node without any edge
  cycle integer,
  dependents integer not null,     -- distinct nodes that depend on it directly
  primary key (flow_id, key)
);
create index dependency_nodes_by_wave on dependency_nodes (flow_id, wave, key);
create index dependency_nodes_by_cluster on dependency_nodes (flow_id, cluster, key);
