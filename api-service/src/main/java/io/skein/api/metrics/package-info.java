/** How the service is: its request timers, the figures of all instances, the overview. */
@NullMarked
package io.skein.api.metrics;

import org.jspecify.annotations.NullMarked;
