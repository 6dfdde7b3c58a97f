@NullMarked
package io.skein.bench;

import org.jspecify.annotations.NullMarked;
