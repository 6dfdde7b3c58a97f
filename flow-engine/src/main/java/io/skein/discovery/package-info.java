/**
 * The built-in discovery flow: from uploaded inventories to a migration report, in seven phases.
 *
 * <p>The work itself is pure and lives in the packages below; this package gives it its rows and
 * commits what it answers.
 *
 * <pre>{@code
 * var engine = new FlowEngine(database, journal, tasks, locks, progress, json,
 *     List.of(new DiscoveryFlow()), StepListener.NONE);
 * engine.create(new NewFlow(owner, DiscoveryFlow.KIND, "plant 7", today, "ann", null, files), null);
 * }</pre>
 */
@NullMarked
package io.skein.discovery;

import org.jspecify.annotations.NullMarked;
