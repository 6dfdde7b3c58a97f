/** How many requests each user, account and client address may make. */
@NullMarked
package io.skein.api.limits;

import org.jspecify.annotations.NullMarked;
