package io.skein.api.auth;

/**
 * On whose behalf a request is made; every query is bound to tenant and engagement.
 *
 * @param user the token's subject
 * @param tenant the client account
 * @param engagement one project of the client account
 * @param role what the user may do in it
 */
public record Principal(String user, String tenant, String engagement, Role role) {
  private static final int LONGEST = 200;

  public Principal {
    check("user", user);
    check("tenant", tenant);
    check("engagement", engagement);
  }

  /** The same user with another role. */
  Principal as(Role other) {
    return new Principal(user, tenant, engagement, other);
  }

  private static void check(String name, String value) {
    if (value.isBlank() || value.length() > LONGEST) {
      throw new IllegalArgumentException(name + " has 1 to " + LONGEST + " characters");
    }
  }
}
