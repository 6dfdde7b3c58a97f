/**
 * Which column of an uploaded file holds which field, found from headers and values together, with
 * an honest confidence and its evidence.
 *
 * <pre>{@code
 * FileMapping file = MappingProposal.propose("servers.csv", scanned.layout().header(), scanned.sample());
 * Mapping mapping = new Mapping(List.of(file));
 * if (mapping.needsApproval()) {
 *   CorrectionOutcome outcome = mapping.apply(List.of(new Correction(null, "host", "virtual_host")));
 * }
 * }</pre>
 *
 * <p>Confidence is calibrated on generated inventories so that a wrong mapping stays below {@link
 * io.skein.discovery.mapping.Mapping#THRESHOLD}. Pure functions, safe for any thread.
 */
@NullMarked
package io.skein.discovery.mapping;

import org.jspecify.annotations.NullMarked;
