@NullMarked
package io.skein.bench.load;

import org.jspecify.annotations.NullMarked;
