package io.skein.limits;

/**
 * What one subject has under one policy. Policies of one name are counted together by Redis,
 * whatever their limits; a process alone counts each of them. Immutable.
 */
public record Quota(Policy policy, Subject subject) {

  boolean sameKey(Quota other) {
    return subject.equals(other.subject) && policy.name().equals(other.policy.name());
  }
}
