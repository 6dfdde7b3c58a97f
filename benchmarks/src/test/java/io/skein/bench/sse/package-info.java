@NullMarked
package io.skein.bench.sse;

import org.jspecify.annotations.NullMarked;
