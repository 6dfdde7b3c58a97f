package io.skein.postgres;

import java.time.Instant;

/**
 * Where a feature goes on an instance, as the instance says.
 *
 * @param feature for example {@code state_cache}
 * @param mode {@code redis} or {@code fallback}
 * @param reason why, for people
 * @param since when it changed, by the instance's clock
 */
public record InstanceMode(
    String instance, String feature, String mode, String reason, Instant since) {}
