package io.skein.api.auth;

/**
 * On whose behalf a request is made; every query is bound to tenant and engagement.
 *
 * @param user the token's subject
 * @param tenant the client account
 * @param engagement one project of the client account
 */
public record Principal(String user, String tenant, String engagement) {
  private static final int LONGEST = 200;

  public Principal {
    check("user", user);
    check("tenant", tenant);
    check("engagement", engagement);
  }

  private static void check(String name, String value) {
    if (value.isBlank() || value.length() > LONGEST) {
      throw new IllegalArgumentException(name + " has 1 to " + LONGEST + " characters");
    }
  }
}
