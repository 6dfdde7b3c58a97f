package io.skein.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TicketsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final TokenSettings BEARER =
      new TokenSettings("0123456789abcdef0123456789abcdef".getBytes(UTF_8), "skein", "skein-api");
  private static final Principal ANN = new Principal("ann", "acme", "lift", Role.ADMIN);

  private Instant now = NOW;
  private final Tickets tickets = new Tickets(BEARER, () -> now);

  private Tickets.Ticket issue(Duration credential) {
    return tickets.issue(new Caller(ANN, NOW.plus(credential), null), TicketScope.EVERYTHING);
  }

  @Test
  void aTicketLastsTwelveHoursAndNeverLongerThanTheCredential() {
    assertThat(issue(Duration.ofDays(3)).until()).isEqualTo(NOW.plus(Duration.ofHours(12)));
    Tickets.Ticket ticket = issue(Duration.ofHours(1));
    assertThat(ticket.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
    assertThat(tickets.verify(ticket.text()))
        .isInstanceOfSatisfying(
            TokenVerdict.Accepted.class,
            accepted -> {
              assertThat(accepted.expiresAt()).isEqualTo(ticket.until());
              assertThat(accepted.opens()).isEqualTo(TicketScope.EVERYTHING.text());
              assertThat(accepted.principal()).isEqualTo(ANN.as(Role.VIEWER));
            });
    now = NOW.plus(Duration.ofMinutes(61));
    assertThat(tickets.verify(ticket.text())).isInstanceOf(TokenVerdict.Refused.class);
  }

  @Test
  void noKindOfTokenPassesForAnother() {
    String ticket = issue(Duration.ofHours(1)).text();
    assertThat(new Tokens(BEARER, () -> now).verify(ticket))
        .isInstanceOf(TokenVerdict.Refused.class);
    Sessions sessions = new Sessions(BEARER, () -> now);
    assertThat(sessions.verify(ticket)).isInstanceOf(TokenVerdict.Refused.class);
    String session =
        sessions.open(new TokenVerdict.Accepted(ANN, NOW.plus(Duration.ofHours(1)), "", ""));
    assertThat(tickets.verify(session)).isInstanceOf(TokenVerdict.Refused.class);
    assertThat(tickets.verify(ticket + "x")).isInstanceOf(TokenVerdict.Refused.class);
    assertThat(tickets.verify("x".repeat(100_000))).isInstanceOf(TokenVerdict.Refused.class);
  }

  @Test
  void flowsAreToldApartButNotTheirOrder() {
    UUID a = new UUID(1, 1);
    UUID b = new UUID(2, 2);
    assertThat(TicketScope.of(List.of(a, b))).isEqualTo(TicketScope.of(List.of(b, a, a)));
    assertThat(TicketScope.of(List.of(a, b))).isNotEqualTo(TicketScope.of(List.of(a)));
    assertThat(TicketScope.of(List.of())).isNotEqualTo(TicketScope.EVERYTHING);
  }
}
