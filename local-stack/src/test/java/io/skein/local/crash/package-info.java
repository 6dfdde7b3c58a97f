/** Kills and freezes workers of a whole stack at chosen points of chosen steps. */
@NullMarked
package io.skein.local.crash;

import org.jspecify.annotations.NullMarked;
