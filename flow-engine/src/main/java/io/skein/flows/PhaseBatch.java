package io.skein.flows;

import tools.jackson.databind.JsonNode;

/**
 * One planned piece of a phase, worked on by any worker and committed by itself.
 *
 * @param unit its name, unique in the phase and the same for each plan of the same input
 * @param spec what the worker needs to find the piece
 */
public record PhaseBatch(String unit, JsonNode spec) {}
