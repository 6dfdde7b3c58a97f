/** {@code /api/v1/locks}: what this instance holds and waits for. */
@NullMarked
package io.skein.api.locks;

import org.jspecify.annotations.NullMarked;
