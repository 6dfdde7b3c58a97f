/**
 * Who depends on whom: references resolved to assets, the graph, its clusters and cycles, and an
 * order in which to migrate. Pure and deterministic; iterative, so a chain of any length fits.
 *
 * <pre>{@code
 * AssetResolver resolver = new AssetResolver();
 * assets.forEach(resolver::add);
 * GraphBuilder graph = new GraphBuilder(resolver);
 * references.forEach(graph::add);
 * DependencyReport report = graph.analyse(DependencyLimits.standard());
 * }</pre>
 */
@NullMarked
package io.skein.discovery.dependencies;

import org.jspecify.annotations.NullMarked;
