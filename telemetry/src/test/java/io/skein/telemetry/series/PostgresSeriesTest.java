package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresSeriesTest extends SeriesStoreContract {
  @Override
  SeriesStore storeOf(Servers servers) {
    return new PostgresSeries(servers.database);
  }

  @Test
  void ofMinutesThatLieFarApartOnlyTheyAreRead() throws Exception {
    try (Servers servers = Servers.open()) {
      PostgresSeries store = new PostgresSeries(servers.database);
      long minute = Minutes.of(Instant.now());
      Part early = new Part("skein.a", minute - 900, "api-1#x", 1, "{}");
      Part between = new Part("skein.a", minute - 500, "api-1#x", 1, "{}");
      Part late = new Part("skein.b", minute, "api-1#x", 1, "{}");
      store.write(List.of(early, between, late));
      assertThat(store.readAll(List.of(minute, minute - 900)))
          .containsExactlyInAnyOrder(early, late);
    }
  }
}
