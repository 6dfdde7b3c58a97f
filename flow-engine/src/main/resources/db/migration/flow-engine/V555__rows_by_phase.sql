-- Which phase wrote a row that several phases write, so that one of them can be done again alone.
-- The defaults are for rows that an instance of the version before writes during a deploy, and has
-- written: what data_cleansing found in a flow that is under way then is not told apart, and a
-- restart of that flow from data_cleansing finds it again; from data_import_validation it does not.

alter table import_errors add column phase text not null default 'data_import_validation';

alter table findings add column phase text not null default 'tech_debt_assessment';
update findings set phase = 'dependency_analysis'
where (category = 'dependency' or title = 'Referenced but not in the inventory')
  and flow_id in (select id from flows where status not in ('completed', 'cancelled'));

-- rows_rejected: by data_import_validation (and before this version by all phases).
alter table discovery_files add column rows_uncleansable bigint not null default 0;  -- data_cleansing
alter table discovery_files add column rows_surplus bigint not null default 0;       -- asset_inventory
