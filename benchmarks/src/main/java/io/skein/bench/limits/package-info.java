/** Rate limits and their rivals. */
@NullMarked
package io.skein.bench.limits;

import org.jspecify.annotations.NullMarked;
