/** Rounds about streams of events: many clients of one flow, Skein beside its rivals. */
@NullMarked
package io.skein.bench.sse;

import org.jspecify.annotations.NullMarked;
