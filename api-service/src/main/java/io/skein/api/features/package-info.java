/** Which features Redis carries, and switching them. */
@NullMarked
package io.skein.api.features;

import org.jspecify.annotations.NullMarked;
