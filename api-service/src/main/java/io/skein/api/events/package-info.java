/** Routes of events: history, live streams, agent progress. */
@NullMarked
package io.skein.api.events;

import org.jspecify.annotations.NullMarked;
