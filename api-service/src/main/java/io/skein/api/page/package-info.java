/** The page of each API instance. */
@NullMarked
package io.skein.api.page;

import org.jspecify.annotations.NullMarked;
