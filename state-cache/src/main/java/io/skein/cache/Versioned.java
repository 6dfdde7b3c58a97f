package io.skein.cache;

/**
 * A value and how new it is, read by one statement. The value is shared by all readers: nobody
 * changes it.
 *
 * @param version of exactly this value
 */
public record Versioned<V>(StateVersion version, V value) {}
