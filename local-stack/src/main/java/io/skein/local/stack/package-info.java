/**
 * A whole Skein on one machine: PostgreSQL, Redis, API instances and workers, each a process of its
 * own.
 *
 * <pre>{@code
 * try (LocalStack stack = LocalStack.start(StackSettings.in(directory).withWorkers(3))) {
 *   URI api = stack.process("api-1").url();
 *   stack.process("worker-1").kill();
 *   stack.process("worker-1").start();
 * }
 * }</pre>
 */
@NullMarked
package io.skein.local.stack;

import org.jspecify.annotations.NullMarked;
