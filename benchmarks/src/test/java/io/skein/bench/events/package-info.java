@NullMarked
package io.skein.bench.events;

import org.jspecify.annotations.NullMarked;
