package io.skein.discovery.dependencies;

import org.jspecify.annotations.Nullable;

/**
 * A dependency as the sources state it.
 *
 * @param from who depends
 * @param to on whom
 * @param kind how
 * @param port destination port, 1 to 65535, or null
 * @param process process or service at the destination, or null
 */
public record NamedEdge(
    Reference from,
    Reference to,
    EdgeKind kind,
    @Nullable Integer port,
    @Nullable String process) {}
