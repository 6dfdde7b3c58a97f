@NullMarked
package io.skein.events;

import org.jspecify.annotations.NullMarked;
