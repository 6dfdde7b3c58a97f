package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/** How far an agent is, pushed without an id: an observation, no history. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AgentProgress(
    String agent, @Nullable String phase, double percent, @Nullable String status) {}
