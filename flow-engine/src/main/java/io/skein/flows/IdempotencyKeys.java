package io.skein.flows;

import io.skein.flows.CommandRequest.IdempotencyKey;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Remembers the answers to keyed requests for 24 h, each written in the command's own transaction.
 * Of two requests with one key the second waits for the first's commit. Thread safe.
 */
final class IdempotencyKeys {
  private static final Duration KEPT = Duration.ofHours(24);

  private final Database database;
  private final JsonMapper json;

  IdempotencyKeys(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  /**
   * Takes the key for this transaction.
   *
   * @return empty when the key is new; else what was answered then
   */
  Optional<CommandOutcome> take(Transaction transaction, String tenant, IdempotencyKey key) {
    int inserted =
        transaction
            .handle()
            .execute(
                """
                insert into idempotency_keys (tenant, key, request_hash, answer, created_at)
                values (?, ?, ?, '', skein_now()) on conflict do nothing
                """,
                tenant,
                key.key(),
                key.requestHash());
    if (inserted == 1) {
      return Optional.empty();
    }
    return transaction
        .handle()
        .createQuery(
            "select request_hash, answer from idempotency_keys where tenant = ? and key = ?")
        .bind(0, tenant)
        .bind(1, key.key())
        .map((row, context) ->
            row.getString("request_hash").equals(key.requestHash())
                ? done(row.getString("answer"))
                : new CommandOutcome.KeyReused())
        .findOne();
  }

  void answer(Transaction transaction, String tenant, IdempotencyKey key, String answer) {
    transaction
        .handle()
        .execute(
            "update idempotency_keys set answer = ? where tenant = ? and key = ?",
            answer,
            tenant,
            key.key());
  }

  /** Forgets keys older than 24 h. */
  int sweep() {
    return database.inTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                "delete from idempotency_keys where created_at < skein_now() - :kept::interval")
            .bind("kept", KEPT.toSeconds() + " seconds")
            .execute());
  }

  private CommandOutcome done(String answer) {
    JsonNode flow = json.readTree(answer);
    return new CommandOutcome.Done(
        answer, flow.get("version").asLong(), flow.get("epoch").asLong());
  }
}
