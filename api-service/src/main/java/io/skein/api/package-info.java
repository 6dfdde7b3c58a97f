/** The API executable: settings, wiring, life cycle. */
@NullMarked
package io.skein.api;

import org.jspecify.annotations.NullMarked;
