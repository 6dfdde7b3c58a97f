package io.skein.api.limits;

import io.javalin.http.Context;
import io.skein.api.auth.Admission;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Principal;
import io.skein.api.auth.Role;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.limits.Decision;
import io.skein.limits.Policy;
import io.skein.limits.Quota;
import io.skein.limits.RateLimiter;
import io.skein.limits.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts every request that needs a credential, and every sign-in, by one round trip to Redis, and
 * refuses those that are too many. The page's files and preflights are not counted. Thread safe.
 */
public final class RequestLimits implements Admission {
  private static final List<RoutePattern> SIGN_IN = patterns("POST /api/v1/session");
  private static final List<RoutePattern> TICKETS = patterns("POST /api/v1/tickets");
  private static final List<RoutePattern> STREAMS =
      patterns("GET /api/v1/events/stream", "GET /api/v1/flows/{flow}/events/stream");
  private static final List<RoutePattern> WATCHING =
      patterns(
          "GET /api/v1/flows/{flow}/state",
          "GET /api/v1/flows/{flow}/progress",
          "GET /api/v1/overview");
  private static final List<RoutePattern> WORKERS =
      patterns(
          "POST /api/v1/workers/claims",
          "POST /api/v1/tasks/{task}/heartbeat",
          "POST /api/v1/tasks/{task}/progress",
          "POST /api/v1/tasks/{task}/complete",
          "POST /api/v1/tasks/{task}/fail",
          "POST /api/v1/tasks/{task}/release");

  private final RateLimiter limiter;
  private final LimitSettings settings;
  private final ClientAddresses addresses;

  public RequestLimits(RateLimiter limiter, LimitSettings settings, ClientAddresses addresses) {
    this.limiter = limiter;
    this.settings = settings;
    this.addresses = addresses;
  }

  @Override
  public void admit(Context context, @Nullable Caller caller) {
    List<Quota> quotas = caller == null ? stranger(context) : known(context, caller.principal());
    if (quotas.isEmpty()) {
      return;
    }
    Decision decision = limiter.tryAcquire(quotas);
    LimitHeaders.write(context, decision);
    if (!decision.allowed()) {
      refuse(context, caller, decision);
    }
  }

  private List<Quota> stranger(Context context) {
    List<Policy> policies = isOneOf(SIGN_IN, context) ? settings.signIn() : settings.address();
    Subject subject = Subject.of(addresses.subject(context));
    return policies.stream().map(policy -> new Quota(policy, subject)).toList();
  }

  /** The account is the group, so that one call decides about a user and his account. */
  private List<Quota> known(Context context, Principal principal) {
    Subject account = Subject.of(principal.tenant());
    Subject user = account.member(principal.user());
    List<Quota> quotas = new ArrayList<>(4);
    kind(context, principal).forEach(policy -> quotas.add(new Quota(policy, user)));
    settings.tenant().forEach(policy -> quotas.add(new Quota(policy, account)));
    settings
        .routes()
        .forEach((route, policies) -> {
          if (route.matches(context.method().name(), context.path())) {
            policies.forEach(policy -> quotas.add(new Quota(policy, user)));
          }
        });
    return quotas;
  }

  private List<Policy> kind(Context context, Principal principal) {
    if (isOneOf(STREAMS, context)) {
      return settings.streams();
    }
    if (isOneOf(TICKETS, context)) {
      return settings.tickets();
    }
    boolean admin = principal.role() == Role.ADMIN;
    if (principal.role() == Role.WORKER || (admin && isOneOf(WORKERS, context))) {
      return settings.workers();
    }
    return isOneOf(WATCHING, context) ? settings.watching() : settings.user();
  }

  private static void refuse(Context context, @Nullable Caller caller, Decision decision) {
    if (caller != null && isOneOf(STREAMS, context)) {
      comeAgain(context, decision.retryAfter());
      return;
    }
    long seconds = Math.max(1, LimitHeaders.seconds(decision.retryAfter()));
    List<Policy> refusing =
        decision.refusals().stream().map(standing -> standing.quota().policy()).toList();
    Policy first = refusing.getFirst();
    throw Problem.of(
            ProblemType.TOO_MANY_REQUESTS,
            "More than %d requests in %d s are too many (%s). Try again in %d s."
                .formatted(first.limit(), first.window().toSeconds(), first.name(), seconds))
        .with("violated-policies", refusing.stream().map(Policy::name).toList())
        .withHeader("Retry-After", Long.toString(seconds))
        .exception();
  }

  /** Any status but 200 would end the client's EventSource for good; the jitter spreads them. */
  private static void comeAgain(Context context, Duration after) {
    long millis = Math.max(1_000, after.toMillis());
    long pause = millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    context
        .status(200)
        .contentType("text/event-stream;charset=utf-8")
        .header("Cache-Control", "no-store")
        .header("Retry-After", Long.toString(Math.ceilDiv(millis, 1_000)))
        .result("retry: " + pause + "\n\n")
        .skipRemainingHandlers();
  }

  private static boolean isOneOf(List<RoutePattern> routes, Context context) {
    String method = context.method().name();
    String path = context.path();
    for (RoutePattern route : routes) {
      if (route.matches(method, path)) {
        return true;
      }
    }
    return false;
  }

  private static List<RoutePattern> patterns(String... routes) {
    return Stream.of(routes).map(RoutePattern::parse).toList();
  }
}
