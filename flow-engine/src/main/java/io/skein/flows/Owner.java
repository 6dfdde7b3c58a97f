package io.skein.flows;

/**
 * Whose a flow is. Stands in every query: another owner's flow does not exist for the caller.
 *
 * @param tenant client account
 * @param engagement engagement of that account
 */
public record Owner(String tenant, String engagement) {
  public Owner {
    if (tenant.isBlank() || engagement.isBlank()) {
      throw new IllegalArgumentException("tenant and engagement must not be blank");
    }
  }
}
