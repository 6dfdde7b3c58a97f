package io.skein.local.demo;

import java.util.Map;
import java.util.Optional;

/** Decides about the mapping that a flow waits with. */
public interface Approver {
  /** The corrections to approve with, column to field; empty to leave the flow waiting. */
  Optional<Map<String, String>> decide(Flow.Approval approval);

  /** Whether somebody is asked, who can think again when the API refuses a decision. */
  default boolean asks() {
    return false;
  }

  /** Takes the mapping as it was proposed. */
  static Approver acceptingAll() {
    return approval -> Optional.of(Map.of());
  }
}
