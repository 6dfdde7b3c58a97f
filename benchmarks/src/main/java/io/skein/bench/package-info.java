/**
 * What {@code ./skein bench} measures, against its rivals in the same run. Each command starts
 * servers of its own in a temporary folder, ends by itself and removes what it made.
 */
@NullMarked
package io.skein.bench;

import org.jspecify.annotations.NullMarked;
