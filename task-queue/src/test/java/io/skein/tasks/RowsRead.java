package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.util.function.Consumer;

/** How many rows statements read, those that they then leave out included. */
final class RowsRead {
  private RowsRead() {}

  static long by(Servers servers, Consumer<Transaction> work) {
    return servers.database.inTransaction(tx -> {
      long before = untilNow(tx);
      work.accept(tx);
      return untilNow(tx) - before;
    });
  }

  /** Of this connection, since it last reported them to the server, which it does between two. */
  private static long untilNow(Transaction transaction) {
    return transaction
        .handle()
        .createQuery(
            """
            select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint
            from pg_stat_xact_user_tables where relname like 'task%'
            """)
        .mapTo(Long.class)
        .one();
  }
}
