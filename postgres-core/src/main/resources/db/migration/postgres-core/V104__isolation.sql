-- Every transaction is READ COMMITTED, also behind a pooler in transaction mode, where what a client
-- sets for its session is met by others or by nobody. Takes effect on connections made after this.
do $$
begin
  execute format('alter role current_user in database %I set default_transaction_isolation = %L', current_database(), 'read committed');
end
$$;
