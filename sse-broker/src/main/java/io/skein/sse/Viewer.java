package io.skein.sse;

/**
 * Who watches. What a viewer may see is decided before a stream is opened; a tenant's feed shows
 * only what belongs to the engagement.
 *
 * @param tenant the client account
 * @param engagement one project of the client account
 * @param user empty when nobody is known; then the limit of streams per user does not hold
 * @param client the address that the request came from
 */
public record Viewer(String tenant, String engagement, String user, String client) {
  /** Nobody in particular, for services without users. */
  public static final Viewer UNKNOWN = new Viewer("", "", "", "");

  boolean is(String wantedTenant, String wantedUser) {
    return tenant.equals(wantedTenant) && user.equals(wantedUser);
  }
}
