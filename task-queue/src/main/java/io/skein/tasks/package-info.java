/**
 * Durable tasks: enqueued in the caller's own transaction, hinted through Redis, claimed and fenced
 * in PostgreSQL.
 *
 * <pre>{@code
 * var queue = TaskQueue.open(database, redis);
 * var worker = new Worker(WorkerSettings.named("worker-1"), queue, List.of(new SendMail()));
 * worker.start();
 * database.useTransaction(tx ->
 *     queue.enqueue(tx, NewTask.of("default", "send_mail", "{\"to\":\"a@example.org\"}")));
 * }</pre>
 */
@NullMarked
package io.skein.tasks;

import org.jspecify.annotations.NullMarked;
