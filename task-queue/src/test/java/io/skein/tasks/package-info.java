/** Tests with a real PostgreSQL and a real Redis. */
@NullMarked
package io.skein.tasks;

import org.jspecify.annotations.NullMarked;
