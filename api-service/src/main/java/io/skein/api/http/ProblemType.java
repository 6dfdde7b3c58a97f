package io.skein.api.http;

import java.util.Arrays;

/**
 * Every kind of problem that the API answers; the slug is the end of its type URI and never
 * changes.
 */
public enum ProblemType {
  MALFORMED_REQUEST("malformed-request", 400, "The request cannot be understood"),
  MALFORMED_ID("malformed-id", 400, "Not an id"),
  MALFORMED_JSON("malformed-json", 400, "The body is not the JSON that is expected"),
  UNAUTHENTICATED("unauthenticated", 401, "Not signed in"),
  FOREIGN_ORIGIN("foreign-origin", 403, "This origin is not allowed"),
  MISSING_CSRF_TOKEN(
      "missing-csrf-token", 403, "The write does not prove that it comes from the page"),
  FORBIDDEN("forbidden", 403, "Not allowed"),
  TENANT_MISMATCH("tenant-mismatch", 403, "Token and headers name different accounts"),
  NOT_FOUND("not-found", 404, "Not found"),
  TIMEOUT("timeout", 408, "The request took too long to arrive"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "Not possible with this method"),
  CONFLICT("conflict", 409, "Not possible in the present state"),
  LOCKED("locked", 409, "Another command is at work"),
  VERSION_MISMATCH("version-mismatch", 412, "The state has changed"),
  TOO_LARGE("too-large", 413, "Too large"),
  ADDRESS_TOO_LONG("address-too-long", 414, "The address is too long"),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "This kind of content is not accepted"),
  UNUSABLE_INPUT("unusable-input", 422, "The content cannot be used"),
  TOO_MANY_REQUESTS("too-many-requests", 429, "Too many requests"),
  HEADERS_TOO_LARGE("headers-too-large", 431, "The headers are too large"),
  INTERNAL("internal", 500, "Something failed on our side"),
  UNAVAILABLE("unavailable", 503, "Not available for a moment");

  private final String slug;
  private final int status;
  private final String title;

  ProblemType(String slug, int status, String title) {
    this.slug = slug;
    this.status = status;
    this.title = title;
  }

  /** A URN, since nothing is served under it. */
  public String uri() {
    return "urn:skein:problem:" + slug;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** The most general problem for a status that the server itself answers. */
  public static ProblemType of(int status) {
    return Arrays.stream(values())
        .filter(type -> type.status == status)
        .findFirst()
        .orElse(status < 500 ? MALFORMED_REQUEST : INTERNAL);
  }
}
