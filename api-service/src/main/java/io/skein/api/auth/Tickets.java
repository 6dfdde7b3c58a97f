package io.skein.api.auth;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tickets for streams: EventSource sends no headers, and a page of another origin may have no
 * cookie. Nothing is stored: a ticket is a token of its own kind, bound to user, account,
 * engagement and flows, taken in the address of streams only, good on every instance and for each
 * reconnection until it ends. Thread safe.
 */
public final class Tickets {
  /** No ticket lasts longer, nor longer than the credential that it was made for. */
  public static final Duration LONGEST = Duration.ofHours(12);

  /** In an address, so much shorter than a token may be. */
  private static final int LONGEST_TEXT = 2048;

  private static final Pattern STREAMS =
      Pattern.compile("/api/v1/(events|flows/[0-9a-fA-F-]{36}/events)/stream");

  private final TokenSigner signer;
  private final Tokens tokens;
  private final InstantSource clock;

  public Tickets(TokenSettings bearer, InstantSource clock) {
    TokenSettings settings = bearer.forTickets();
    this.signer = new TokenSigner(settings);
    this.tokens = new Tokens(settings, clock);
    this.clock = clock;
  }

  /** A new ticket and when it ends. */
  public record Ticket(String text, Instant until) {}

  /** Makes a ticket for a caller who may follow what it opens. */
  public Ticket issue(Caller caller, TicketScope scope) {
    Instant longest = clock.instant().plus(LONGEST);
    Instant until = caller.until().isBefore(longest) ? caller.until() : longest;
    Principal viewer = caller.principal().as(Role.VIEWER);
    return new Ticket(signer.sign(viewer, until, scope.text()), until);
  }

  /** The ticket in the address of a stream; null elsewhere. */
  static @Nullable String read(Context context) {
    boolean stream =
        HandlerType.GET.equals(context.method()) && STREAMS.matcher(context.path()).matches();
    return stream ? context.queryParam("ticket") : null;
  }

  TokenVerdict verify(String text) {
    return text.length() > LONGEST_TEXT
        ? new TokenVerdict.Refused("The ticket is too long. Get one at POST /api/v1/tickets.")
        : tokens.verify(text);
  }
}
