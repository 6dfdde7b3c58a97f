/**
 * The load generator: a process of its own that holds thousands of streams of events on one thread
 * and counts what arrives. It speaks HTTP just well enough to open a stream.
 */
@NullMarked
package io.skein.bench.load;

import org.jspecify.annotations.NullMarked;
