/**
 * PostgreSQL, the truth: pool, transactions with after-commit actions, migrations, leadership and
 * the register of instances.
 *
 * <pre>{@code
 * var settings = PostgresSettings.parse("postgresql://skein:secret@127.0.0.1:5432/skein");
 * Migrations.migrate(settings, List.of("postgres-core"));
 * try (var database = Database.open(settings, "my-service")) {
 *   database.useTransaction(tx -> tx.handle().execute("insert into t values (1)"));
 * }
 * }</pre>
 */
@NullMarked
package io.skein.postgres;

import org.jspecify.annotations.NullMarked;
