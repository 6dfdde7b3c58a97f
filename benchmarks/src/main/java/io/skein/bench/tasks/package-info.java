/**
 * Rounds about tasks: from enqueue to completion, in bulk, and how soon an idle worker begins one;
 * against queues of others.
 */
@NullMarked
package io.skein.bench.tasks;

import org.jspecify.annotations.NullMarked;
