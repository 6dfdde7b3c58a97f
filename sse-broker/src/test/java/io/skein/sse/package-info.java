@NullMarked
package io.skein.sse;

import org.jspecify.annotations.NullMarked;
