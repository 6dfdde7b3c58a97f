/** The state route with its cache, against the same without, an empty route, and Redisson. */
@NullMarked
package io.skein.bench.cache;

import org.jspecify.annotations.NullMarked;
