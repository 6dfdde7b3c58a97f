/** Routes of flows: creating, reading and commanding them, and what they found. */
@NullMarked
package io.skein.api.flows;

import org.jspecify.annotations.NullMarked;
