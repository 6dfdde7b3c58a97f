/** The worker executable: settings, wiring, life cycle. */
@NullMarked
package io.skein.worker;

import org.jspecify.annotations.NullMarked;
