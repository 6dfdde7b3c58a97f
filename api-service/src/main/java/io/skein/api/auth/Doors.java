package io.skein.api.auth;

import io.javalin.config.RoutesConfig;
import io.skein.api.http.ProblemResponses;
import java.time.InstantSource;
import tools.jackson.databind.json.JsonMapper;

/** Closes every route of a server but the listed ones, and adds the routes for signing in. */
public final class Doors {
  private Doors() {}

  /**
   * To be called before any other route is added, since handlers run in the order of their adding.
   *
   * @param tickets which streams take
   * @param admission who has come in, signs in or was refused passes it
   * @param clock decides when tokens have expired
   * @throws IllegalArgumentException when an allowed origin is malformed
   */
  public static void install(
      RoutesConfig routes,
      DoorSettings settings,
      Tickets tickets,
      Admission admission,
      InstantSource clock,
      JsonMapper json) {
    AllowedOrigins origins = new AllowedOrigins(settings.allowedOrigins());
    Tokens tokens = new Tokens(settings.tokens(), clock);
    Sessions sessions = new Sessions(settings.tokens(), clock);
    new ProblemResponses(json).install(routes);
    routes.before(new CrossOrigin(origins)::handle);
    routes.before(
        new Authentication(tokens, sessions, tickets, origins, settings.openRoutes(), admission)
            ::handle);
    new SessionRoutes(tokens, sessions, origins, clock, json).install(routes);
  }
}
