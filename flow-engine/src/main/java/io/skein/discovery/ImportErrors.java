package io.skein.discovery;

import io.skein.flows.FlowId;
import io.skein.postgres.Transaction;
import java.util.List;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Writes the table {@code import_errors}. Thread safe. */
final class ImportErrors {

  /**
   * @param phase that found them
   */
  void insert(Transaction transaction, FlowId flow, String phase, List<ImportError> errors) {
    if (errors.isEmpty()) {
      return;
    }
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into import_errors
                  (flow_id, phase, file, row_number, column_name, value, reason, rejected)
                values (:flow, :phase, :file, :row, :column, :value, :reason, :rejected)
                """);
    for (ImportError error : errors) {
      insert
          .bind("flow", flow.value())
          .bind("phase", phase)
          .bind("file", error.file())
          .bind("row", error.row())
          .bind("column", error.column())
          .bind("value", error.value())
          .bind("reason", error.reason())
          .bind("rejected", error.rejected())
          .add();
    }
    insert.execute();
  }
}
