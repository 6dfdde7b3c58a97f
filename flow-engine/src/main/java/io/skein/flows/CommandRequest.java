package io.skein.flows;

import org.jspecify.annotations.Nullable;

/**
 * Who commands what flow, and under which conditions.
 *
 * @param expectedVersion the version the caller has seen ({@code If-Match}), or null
 * @param idempotencyKey makes a repeated request harmless for 24 h, or null
 */
public record CommandRequest(
    Owner owner,
    FlowId flow,
    String user,
    @Nullable Version expectedVersion,
    @Nullable IdempotencyKey idempotencyKey) {

  /**
   * A version of a flow.
   *
   * @param epoch as an ETag has it, or null for the present one
   */
  public record Version(@Nullable Long epoch, long version) {
    boolean matches(Flow flow) {
      return version == flow.version() && (epoch == null || epoch == flow.epoch());
    }
  }

  /**
   * @param key as the client chose it, at most 200 characters
   * @param requestHash of all that makes the request what it is
   */
  public record IdempotencyKey(String key, String requestHash) {
    public IdempotencyKey {
      if (key.isBlank() || key.length() > 200) {
        throw new IllegalArgumentException("an idempotency key has 1 to 200 characters");
      }
    }
  }
}
