package io.skein.limits;

/** What one subject has under one policy; policies of one name count together. Immutable. */
public record Quota(Policy policy, Subject subject) {

  boolean sameKey(Quota other) {
    return subject.equals(other.subject) && policy.name().equals(other.policy.name());
  }
}
