/** Real processes lose each other, their servers and their lives; the flows go on. */
@NullMarked
package io.skein.local.outage;

import org.jspecify.annotations.NullMarked;
