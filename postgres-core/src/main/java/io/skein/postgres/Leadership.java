package io.skein.postgres;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * A lease row that makes one instance the leader of a named duty. The clock is PostgreSQL's. A
 * leader that was overtaken learns it at its next {@link #lead()}; its term is then too old. Thread
 * safe.
 */
public final class Leadership {
  private final Database database;
  private final String duty;
  private final String instance;
  private final Duration lease;

  /**
   * @param duty what is led, for example {@code sweep}
   * @param instance this instance's name
   * @param lease how long a silent leader stays leader
   */
  public Leadership(Database database, String duty, String instance, Duration lease) {
    this.database = database;
    this.duty = duty;
    this.instance = instance;
    this.lease = lease;
  }

  /**
   * Takes or renews the lease.
   *
   * @return the term while this instance leads, which grows with each change of the leader; empty
   *     while another one leads
   */
  public OptionalLong lead() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                insert into leaderships as held (duty, instance, term, expires_at)
                values (:duty, :instance, 1, skein_now() + :lease::interval)
                on conflict (duty) do update
                  set term = held.term + case when held.instance = excluded.instance
                                               and held.expires_at > skein_now() then 0 else 1 end,
                      instance = excluded.instance,
                      expires_at = excluded.expires_at
                  where held.instance = excluded.instance or held.expires_at <= skein_now()
                returning term
                """)
            .bind("duty", duty)
            .bind("instance", instance)
            .bind("lease", SqlTime.interval(lease))
            .mapTo(Long.class)
            .findOne()
            .map(OptionalLong::of)
            .orElseGet(OptionalLong::empty));
  }

  /** How long a silent leader stays leader. */
  public Duration lease() {
    return lease;
  }

  /**
   * Whether a term is still the latest. If so, nobody can become leader until the transaction ends:
   * the way to write as the leader.
   */
  public boolean holds(Transaction transaction, long term) {
    return transaction
        .handle()
        .createQuery("select term = :term from leaderships where duty = :duty for share")
        .bind("duty", duty)
        .bind("term", term)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  /** Gives the lease up at once, if this instance holds it. */
  public void resign() {
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                """
                update leaderships set expires_at = skein_now()
                where duty = :duty and instance = :instance
                """)
            .bind("duty", duty)
            .bind("instance", instance)
            .execute());
  }
}
