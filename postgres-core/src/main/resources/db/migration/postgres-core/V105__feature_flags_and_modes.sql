-- What operators have said of each feature; without a row the environment's word counts.
create table feature_flags (
  name text primary key,
  enabled boolean not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- Where each feature goes on each instance, and why. Ends with the instance's row.
create table feature_modes (
  instance text not null references instances (name) on delete cascade,
  feature text not null,
  mode text not null,
  reason text not null,
  since timestamptz not null,
  primary key (instance, feature)
);

-- Each change of a mode, for operators; older ones than 30 days are deleted as new ones are written.
create table feature_mode_changes (
  id bigint generated always as identity primary key,
  instance text not null,
  feature text not null,
  mode text not null,
  reason text not null,
  since timestamptz not null
);

create index feature_mode_changes_since on feature_mode_changes (since);
