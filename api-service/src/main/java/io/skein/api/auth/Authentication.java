package io.skein.api.auth;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs before every request, whether or not it matches a route: finds the caller or refuses. A
 * bearer token goes before a cookie, since no other page can make a browser send one; so does a
 * ticket, which opens one stream only. All but open routes pass the admission then.
 */
final class Authentication {
  private static final Set<HandlerType> READS =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);
  private static final String BEARER = "Bearer ";
  private static final OpenRoute SIGN_IN = SessionRoutes.signIn();

  private final Tokens tokens;
  private final Sessions sessions;
  private final Tickets tickets;
  private final AllowedOrigins origins;
  private final List<OpenRoute> open;
  private final Admission admission;

  Authentication(
      Tokens tokens,
      Sessions sessions,
      Tickets tickets,
      AllowedOrigins origins,
      List<OpenRoute> open,
      Admission admission) {
    this.tokens = tokens;
    this.sessions = sessions;
    this.tickets = tickets;
    this.origins = origins;
    this.open = open;
    this.admission = admission;
  }

  void handle(Context context) {
    if (SIGN_IN.matches(context)) {
      admission.admit(context, null);
      return;
    }
    if (open.stream().anyMatch(route -> route.matches(context))) {
      return;
    }
    Caller caller = identify(context);
    caller.attachTo(context);
    admission.admit(context, caller);
  }

  /** Who tries credentials, or has none, is counted as well. */
  private Caller identify(Context context) {
    try {
      Caller caller = caller(context);
      demandAgreement(context, "X-Client-Account-ID", caller.principal().tenant());
      demandAgreement(context, "X-Engagement-ID", caller.principal().engagement());
      return caller;
    } catch (ProblemException refused) {
      admission.admit(context, null);
      throw refused;
    }
  }

  private Caller caller(Context context) {
    String authorization = context.header("Authorization");
    if (authorization != null) {
      return bearer(authorization);
    }
    String ticket = Tickets.read(context);
    if (ticket != null) {
      TokenVerdict.Accepted accepted = accepted(tickets.verify(ticket));
      return caller(accepted, new TicketScope(accepted.opens()));
    }
    String cookie = SessionCookie.read(context);
    if (cookie == null) {
      throw unauthenticated(
          "Send `Authorization: Bearer <token>`, or sign in at POST /api/v1/session.");
    }
    return session(context, cookie);
  }

  private Caller bearer(String authorization) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw unauthenticated("Send the token as `Authorization: Bearer <token>`.");
    }
    TokenVerdict.Accepted accepted =
        accepted(tokens.verify(authorization.substring(BEARER.length()).strip()));
    return caller(accepted, null);
  }

  private Caller session(Context context, String cookie) {
    TokenVerdict.Accepted accepted = accepted(sessions.verify(cookie));
    if (!READS.contains(context.method())) {
      demandOwnPage(context, accepted.id());
    }
    return caller(accepted, null);
  }

  private static Caller caller(TokenVerdict.Accepted accepted, @Nullable TicketScope ticket) {
    return new Caller(accepted.principal(), accepted.expiresAt(), ticket);
  }

  /** A browser sends the cookie for any page; the CSRF token only our own page knows. */
  private void demandOwnPage(Context context, String sessionId) {
    if (origins.refuses(context)) {
      throw CrossOrigin.foreign(context);
    }
    String shown = context.header("X-CSRF-Token");
    if (shown == null || !sessions.csrfMatches(sessionId, shown)) {
      throw Problem.of(
              ProblemType.MISSING_CSRF_TOKEN,
              "Send the csrf of GET /api/v1/session as X-CSRF-Token with every write.")
          .exception();
    }
  }

  private static void demandAgreement(Context context, String header, String claimed) {
    @Nullable String sent = context.header(header);
    if (sent != null && !sent.equals(claimed)) {
      throw Problem.of(
              ProblemType.TENANT_MISMATCH,
              header
                  + " differs from the token, which alone decides. Leave the header out, or get a"
                  + " token for that account and engagement.")
          .exception();
    }
  }

  static TokenVerdict.Accepted accepted(TokenVerdict verdict) {
    return switch (verdict) {
      case TokenVerdict.Accepted accepted -> accepted;
      case TokenVerdict.Refused refused -> throw unauthenticated(refused.reason());
    };
  }

  private static ProblemException unauthenticated(String detail) {
    return Problem.of(ProblemType.UNAUTHENTICATED, detail)
        .withHeader("WWW-Authenticate", "Bearer realm=\"skein\"")
        .exception();
  }
}
