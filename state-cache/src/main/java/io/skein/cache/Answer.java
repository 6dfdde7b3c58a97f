package io.skein.cache;

/**
 * What a read beyond this process found.
 *
 * @param isTruth whether PostgreSQL itself said so just now: then it stands, even if it is less
 *     than was asked for
 * @param near whether it may be kept in this process
 */
record Answer<V>(Entry<V> entry, boolean isTruth, boolean near) {}
