/**
 * Locks: Skein's and Redisson's in turn on the same Redis. Several clients of each live in one
 * process, so that one clock sees both ends of a hand-over.
 */
@NullMarked
package io.skein.bench.locks;

import org.jspecify.annotations.NullMarked;
