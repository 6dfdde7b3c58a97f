package io.skein.api.auth;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Signing in, who is signed in, signing out: {@code /api/v1/session}. */
final class SessionRoutes {
  private static final String PATH = "/api/v1/session";

  private final Tokens tokens;
  private final Sessions sessions;
  private final SessionCookie cookie;
  private final AllowedOrigins origins;
  private final InstantSource clock;
  private final JsonMapper json;

  SessionRoutes(
      Tokens tokens,
      Sessions sessions,
      AllowedOrigins origins,
      InstantSource clock,
      JsonMapper json) {
    this.tokens = tokens;
    this.sessions = sessions;
    this.cookie = new SessionCookie(origins);
    this.origins = origins;
    this.clock = clock;
    this.json = json;
  }

  /** Open, because it is where a token is shown for the first time. */
  static OpenRoute signIn() {
    return OpenRoute.exactly(HandlerType.POST, PATH);
  }

  void install(RoutesConfig routes) {
    routes.post(PATH, this::open);
    routes.get(PATH, this::show);
    routes.delete(PATH, this::close);
  }

  private record SignIn(@Nullable String token) {}

  private void open(Context context) {
    if (origins.refuses(context)) {
      throw CrossOrigin.foreign(context);
    }
    String token = JsonBody.read(context, json, SignIn.class).token();
    if (token == null) {
      throw Problem.of(ProblemType.MALFORMED_JSON, "Send {\"token\": \"…\"}.").exception();
    }
    TokenVerdict.Accepted accepted = Authentication.accepted(tokens.verify(token.strip()));
    String session = sessions.open(accepted);
    cookie.write(context, session, Duration.between(clock.instant(), accepted.expiresAt()));
    answer(context, accepted.principal(), csrfOf(session));
  }

  private void show(Context context) {
    String session = SessionCookie.read(context);
    boolean byCookie = session != null && context.header("Authorization") == null;
    answer(context, Caller.of(context).principal(), byCookie ? csrfOf(session) : null);
  }

  private void close(Context context) {
    cookie.clear(context);
    context.status(204);
  }

  private @Nullable String csrfOf(@Nullable String session) {
    return session == null
        ? null
        : sessions.csrfToken(Authentication.accepted(sessions.verify(session)).id());
  }

  private void answer(Context context, Principal principal, @Nullable String csrf) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("user", principal.user());
    body.put("tenant", principal.tenant());
    body.put("engagement", principal.engagement());
    body.put("role", principal.role().text());
    body.put("csrf", csrf);
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }
}
