/**
 * The {@code skein} command: one class for each subcommand, over {@link io.skein.local.stack} and
 * {@link io.skein.local.demo}.
 */
@NullMarked
package io.skein.local;

import org.jspecify.annotations.NullMarked;
