/** What it costs to measure, to ask flags and to go through breakers. */
@NullMarked
package io.skein.bench.overhead;

import org.jspecify.annotations.NullMarked;
