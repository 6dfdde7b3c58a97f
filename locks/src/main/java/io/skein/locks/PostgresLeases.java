package io.skein.locks;

import io.skein.postgres.Database;
import io.skein.postgres.SqlTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Leases in rows of PostgreSQL, for the time that Redis is away. The row excludes; the queue beside
 * it is only order, so that two who look at it at once overtake each other at most. Who asks for a
 * lease has the pool's part for fallbacks; of renewals and releases there are no more than leases.
 */
final class PostgresLeases implements LeaseStore {
  /** Not while somebody waits who came before; an owner that does not wait came after all. */
  private static final String ACQUIRE =
      """
      insert into lock_leases as held (name, owner, holder, fence, since, expires_at)
      select :name, :owner, :holder, (extract(epoch from skein_now()) * 1000000)::bigint + 1,
             skein_now(), skein_now() + :ttl::interval
      where exists (select from lock_leases where name = :name and owner = :owner)
         or not exists (
           select from lock_waiters other
           where other.name = :name and other.owner <> :owner and other.seen_until > skein_now()
             and (other.place < (select place from lock_waiters where name = :name and owner = :owner))
                 is not false)
      on conflict (name) do update
        set fence = case when held.owner = excluded.owner then held.fence
                         else greatest(held.fence + 1, excluded.fence) end,
            since = case when held.owner = excluded.owner then held.since else excluded.since end,
            owner = excluded.owner, holder = excluded.holder, expires_at = excluded.expires_at
        where held.owner = excluded.owner or held.expires_at <= skein_now()
      returning fence, since
      """;

  private static final String QUEUE =
      """
      insert into lock_waiters as mine (name, owner, seen_until)
      values (:name, :owner, skein_now() + :patience::interval)
      on conflict (name, owner) do update set seen_until = excluded.seen_until
      returning (select count(*) from lock_waiters other
                 where other.name = :name and other.place < mine.place
                   and other.seen_until > skein_now())
      """;

  private static final String LEAVE_QUEUE =
      "delete from lock_waiters where name = :name and owner = :owner";

  private static final String RENEW =
      """
      insert into lock_leases as held (name, owner, holder, fence, since, expires_at)
      values (:name, :owner, :holder, :fence, :since, skein_now() + :ttl::interval)
      on conflict (name) do update
        set owner = excluded.owner, holder = excluded.holder, fence = excluded.fence,
            since = excluded.since, expires_at = excluded.expires_at
        where held.owner = excluded.owner
           or (held.expires_at <= skein_now() and held.fence <= excluded.fence)
      returning fence
      """;

  private static final String RELEASE =
      """
      with freed as (
        update lock_leases set owner = '', fence = fence + :raise, expires_at = skein_now()
        where name = :name and owner = :owner),
      left_queue as (delete from lock_waiters where name = :name and owner = :owner)
      select owner from lock_waiters
      where name = :name and owner <> :owner and seen_until > skein_now()
      order by place limit 1
      """;

  private static final String HOLDER =
      "select holder, since from lock_leases where name = :name and expires_at > skein_now()";

  /** Rows so old that the clock alone keeps their fence from going back. */
  private static final String FORGET_LEASES =
      """
      delete from lock_leases where name in (
        select name from lock_leases where expires_at < skein_now() - interval '1 day'
        limit 10 for update skip locked)
      """;

  private static final String FORGET_WAITERS =
      """
      delete from lock_waiters where (name, owner) in (
        select name, owner from lock_waiters where seen_until < skein_now() - interval '1 minute'
        limit 100 for update skip locked)
      """;

  private final Database database;

  PostgresLeases(Database database) {
    this.database = database;
  }

  @Override
  public String label() {
    return "postgres";
  }

  @Override
  public Answer acquire(Claim claim) {
    return database.readAsFallback(handle ->
        take(handle, claim).<Answer>map(grant -> grant).orElseGet(() -> new Answer.Refused(0)));
  }

  @Override
  public Answer acquireInTurn(Claim claim) {
    return database.readAsFallback(handle -> {
      Optional<Answer.Granted> grant = take(handle, claim);
      if (grant.isEmpty()) {
        return new Answer.Refused(queue(handle, claim));
      }
      bindOwner(handle.createUpdate(LEAVE_QUEUE), claim).execute();
      return grant.get();
    });
  }

  @Override
  public boolean renew(Claim claim, Answer.Granted grant) {
    return database.read(handle ->
        bind(handle.createQuery(RENEW), claim)
            .bind("fence", grant.fence().value())
            .bind("since", OffsetDateTime.ofInstant(grant.since(), ZoneOffset.UTC))
            .mapTo(Long.class)
            .findOne()
            .isPresent());
  }

  @Override
  public Optional<String> release(Claim claim) {
    return release(claim, 1);
  }

  @Override
  public Optional<String> leave(Claim claim) {
    return release(claim, 0);
  }

  private Optional<String> release(Claim claim, int raise) {
    return database.read(handle -> {
      Optional<String> next =
          bindOwner(handle.createQuery(RELEASE), claim)
              .bind("raise", raise)
              .mapTo(String.class)
              .findOne();
      handle.execute(FORGET_LEASES);
      handle.execute(FORGET_WAITERS);
      return next;
    });
  }

  @Override
  public Optional<LockHolder> holder(LockName name) {
    return database.readAsFallback(handle ->
        handle
            .createQuery(HOLDER)
            .bind("name", name.value())
            .map((row, context) ->
                new LockHolder(
                    row.getString("holder"),
                    row.getObject("since", OffsetDateTime.class).toInstant()))
            .findOne());
  }

  private static Optional<Answer.Granted> take(Handle handle, Claim claim) {
    return bind(handle.createQuery(ACQUIRE), claim)
        .map((row, context) -> {
          Instant since = row.getObject("since", OffsetDateTime.class).toInstant();
          return new Answer.Granted(new Fence(row.getLong("fence")), since);
        })
        .findOne();
  }

  private static long queue(Handle handle, Claim claim) {
    return bindOwner(handle.createQuery(QUEUE), claim)
        .bind("patience", SqlTime.interval(PATIENCE))
        .mapTo(Long.class)
        .one();
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Claim claim) {
    return bindOwner(statement, claim)
        .bind("holder", claim.holder())
        .bind("ttl", SqlTime.interval(claim.ttl()));
  }

  private static <S extends SqlStatement<S>> S bindOwner(S statement, Claim claim) {
    return statement.bind("name", claim.name().value()).bind("owner", claim.owner());
  }
}
