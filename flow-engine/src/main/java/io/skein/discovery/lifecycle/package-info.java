/**
 * End of life by product and cycle as of a date, a 6R suggestion with its reasons, and findings of
 * technical debt. Pure and deterministic; the date is always given.
 *
 * <pre>{@code
 * LifecycleTable table = LifecycleTable.load();
 * LifecycleAssessment assessment = table.assess(facts.operatingSystem(), asOf);
 * SixR suggestion = new SixRRules().suggest(asset, assessment, GraphPosition.unknown());
 * List<Finding> findings = new TechnicalDebt(asOf).findings(asset, assessment);
 * }</pre>
 */
@NullMarked
package io.skein.discovery.lifecycle;

import org.jspecify.annotations.NullMarked;
