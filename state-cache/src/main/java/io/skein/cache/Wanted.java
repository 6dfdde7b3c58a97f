package io.skein.cache;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a reader wants.
 *
 * @param id of the state
 * @param minVersion what the client insists on, in whatever epoch
 * @param load asks PostgreSQL for it
 */
record Wanted<V>(String id, long minVersion, Supplier<Optional<Versioned<V>>> load) {}
