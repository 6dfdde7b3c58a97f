package io.skein.sse;

/**
 * The present state of a flow, for a client whose history was lost.
 *
 * @param version of the state
 * @param json a JSON object
 */
public record Snapshot(long version, String json) {}
