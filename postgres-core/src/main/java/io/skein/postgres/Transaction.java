package io.skein.postgres;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open READ COMMITTED transaction. Everything a step changes is written through one of these,
 * so it commits together or not at all.
 *
 * <p>Lock order, everywhere: flow row, stream rows by id, task rows by id, counters. Not thread
 * safe: a transaction belongs to the thread that runs it.
 */
public final class Transaction {
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final Handle handle;
  private final List<Runnable> afterCommit = new ArrayList<>();

  Transaction(Handle handle) {
    this.handle = handle;
  }

  /**
   * Wraps a transaction that the caller began on his own connection. The caller commits it and
   * calls {@link #committed()} afterwards; when he does not, the sweeps find what was written.
   */
  public static Transaction on(Connection connection) {
    return new Transaction(Jdbi.create(connection).installPlugin(new PostgresPlugin()).open());
  }

  /** The JDBI handle of this transaction; do not commit, roll back or close it. */
  public Handle handle() {
    return handle;
  }

  /**
   * Registers a hand-over that runs after the commit, when the connection is back in the pool. It
   * must only hand over to a queue: it must not block. What it throws is logged, never thrown into
   * the caller, because the commit has already happened.
   */
  public void afterCommit(Runnable handOver) {
    afterCommit.add(handOver);
  }

  /** Runs the registered hand-overs once. Only for transactions made with {@link #on}. */
  public void committed() {
    List<Runnable> handOvers = List.copyOf(afterCommit);
    afterCommit.clear();
    for (Runnable handOver : handOvers) {
      try {
        handOver.run();
      } catch (RuntimeException e) {
        LOG.error("after-commit hand-over failed; the sweep will repair it", e);
      }
    }
  }
}
