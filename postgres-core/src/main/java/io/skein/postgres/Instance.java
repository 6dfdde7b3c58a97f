package io.skein.postgres;

import java.time.Instant;

/**
 * One process of Skein as it registered itself.
 *
 * @param name unique, for example {@code api-1}
 * @param role {@code api} or {@code worker}
 * @param version of the software
 * @param address where its management port answers
 * @param pid its process id on its own machine
 * @param startedAt when this process registered, by PostgreSQL's clock
 * @param seenAt its last heartbeat, by PostgreSQL's clock
 */
public record Instance(
    String name,
    String role,
    String version,
    String address,
    long pid,
    Instant startedAt,
    Instant seenAt) {}
