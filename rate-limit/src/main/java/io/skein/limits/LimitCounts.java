package io.skein.limits;

/**
 * What a limiter has decided since its start.
 *
 * @param decisions all of them
 * @param local those that this process made for itself
 * @param unanswered those of them for which Redis had been asked in vain
 * @param forgotten subjects whose local count was given up because there were too many
 */
public record LimitCounts(long decisions, long local, long unanswered, long forgotten) {}
