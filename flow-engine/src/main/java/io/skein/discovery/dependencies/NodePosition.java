package io.skein.discovery.dependencies;

import org.jspecify.annotations.Nullable;

/**
 * Where a node stands in the graph.
 *
 * @param wave in which it migrates, from 1; null for what the inventory does not have
 * @param cluster the number of its cluster; null for a node without any edge
 * @param cycle the number of its cycle, if it is in one
 * @param dependents how many distinct nodes depend on it directly
 */
public record NodePosition(
    String key,
    @Nullable Integer wave,
    @Nullable Integer cluster,
    @Nullable Integer cycle,
    int dependents) {}
