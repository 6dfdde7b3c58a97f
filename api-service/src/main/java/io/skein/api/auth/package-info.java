/**
 * The doors of the HTTP API: who may enter, on behalf of whom, and from which pages.
 *
 * <p>Every route is closed unless it is listed as open. A caller shows a bearer token, or the
 * cookie that {@code POST /api/v1/session} gave in exchange for one; writes with the cookie also
 * show the session's CSRF token. A stream of events also takes a ticket in its address.
 */
@NullMarked
package io.skein.api.auth;

import org.jspecify.annotations.NullMarked;
