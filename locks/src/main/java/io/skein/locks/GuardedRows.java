package io.skein.locks;

import io.skein.postgres.Transaction;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Rows of PostgreSQL that a lock guards, for example flows. Who has acquired the lock has the row
 * issue a fence, in a transaction of its own; each later write, in its transaction, demands that it
 * is still the row's latest. So a holder that froze, was cut off, or lost the lock with Redis is
 * refused as soon as another one has begun, whatever any clock says. The table has a column {@code
 * fence bigint not null default 0}. Immutable.
 */
public final class GuardedRows {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_.]*");

  private final String issue;
  private final String demand;

  /**
   * @param table its name, from code and never from users
   * @param key its column of type {@code uuid} that names a row
   */
  public GuardedRows(String table, String key) {
    checkName(table);
    checkName(key);
    this.issue =
        "update %s set fence = fence + 1 where %s = :key returning fence".formatted(table, key);
    this.demand = "select fence = :fence from %s where %s = :key for update".formatted(table, key);
  }

  /**
   * Issues the next fence of a row; to be committed before the work begins, and only while the lock
   * is held ({@link Lease#held}, asked after this): it refuses whoever has an earlier one.
   *
   * @return empty when there is no such row
   */
  public Optional<Fence> issue(Transaction transaction, UUID key) {
    // A process that froze in its transaction keeps the row for 5 s, as long as a lock is waited
    // for.
    transaction.handle().execute("set local lock_timeout = '6s'");
    return transaction
        .handle()
        .createQuery(issue)
        .bind("key", key)
        .mapTo(Long.class)
        .findOne()
        .map(Fence::new);
  }

  /**
   * Locks the row until the end of the transaction, so that no later fence is issued meanwhile.
   *
   * @return whether this fence is its latest; if not, or if there is no such row, write nothing
   */
  public boolean demand(Transaction transaction, UUID key, Fence fence) {
    return transaction
        .handle()
        .createQuery(demand)
        .bind("key", key)
        .bind("fence", fence.value())
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  private static void checkName(String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a table or column: " + name);
    }
  }
}
