/** Rounds about events: durable appends, and the way of one to a client of another instance. */
@NullMarked
package io.skein.bench.events;

import org.jspecify.annotations.NullMarked;
