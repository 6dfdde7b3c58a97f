package io.skein.locks;

import io.skein.postgres.Database;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** Leases in rows of PostgreSQL, for the time that Redis is away: one statement each. */
final class PostgresLeases implements LeaseStore {
  private static final String ACQUIRE =
      """
      insert into lock_leases as held (name, owner, holder, fence, expires_at)
      values (:name, :owner, :holder,
              (extract(epoch from skein_now()) * 1000000)::bigint + 1,
              skein_now() + :ttl::interval)
      on conflict (name) do update
        set fence = case when held.owner = excluded.owner then held.fence
                         else greatest(held.fence + 1, excluded.fence) end,
            owner = excluded.owner, holder = excluded.holder, expires_at = excluded.expires_at
        where held.owner = excluded.owner or held.expires_at <= skein_now()
      returning fence
      """;

  private static final String RENEW =
      """
      insert into lock_leases as held (name, owner, holder, fence, expires_at)
      values (:name, :owner, :holder, :fence, skein_now() + :ttl::interval)
      on conflict (name) do update
        set owner = excluded.owner, holder = excluded.holder, fence = excluded.fence,
            expires_at = excluded.expires_at
        where held.owner = excluded.owner
           or (held.expires_at <= skein_now() and held.fence <= excluded.fence)
      returning fence
      """;

  private static final String RELEASE =
      """
      update lock_leases set owner = '', fence = fence + 1, expires_at = skein_now()
      where name = :name and owner = :owner
      """;

  /** Rows so old that the clock alone keeps their fence from going back. */
  private static final String FORGET =
      """
      delete from lock_leases where name in (
        select name from lock_leases where expires_at < skein_now() - interval '1 day'
        limit 10 for update skip locked)
      """;

  private final Database database;

  PostgresLeases(Database database) {
    this.database = database;
  }

  @Override
  public Optional<Fence> acquire(Claim claim) {
    return database.read(handle ->
        bind(handle.createQuery(ACQUIRE), claim).mapTo(Long.class).findOne().map(Fence::new));
  }

  @Override
  public boolean renew(Claim claim, Fence fence) {
    return database.read(handle ->
        bind(handle.createQuery(RENEW), claim)
            .bind("fence", fence.value())
            .mapTo(Long.class)
            .findOne()
            .isPresent());
  }

  @Override
  public void release(Claim claim) {
    database.<Integer, RuntimeException>read(handle -> {
      handle
          .createUpdate(RELEASE)
          .bind("name", claim.name().value())
          .bind("owner", claim.owner())
          .execute();
      return forgetOld(handle);
    });
  }

  @Override
  public Optional<String> holder(LockName name) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select holder from lock_leases
                where name = :name and expires_at > skein_now()
                """)
            .bind("name", name.value())
            .mapTo(String.class)
            .findOne());
  }

  private static int forgetOld(Handle handle) {
    return handle.execute(FORGET);
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Claim claim) {
    return statement
        .bind("name", claim.name().value())
        .bind("owner", claim.owner())
        .bind("holder", claim.holder())
        .bind("ttl", claim.ttl().toMillis() + " milliseconds");
  }
}
