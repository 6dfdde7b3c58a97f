package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of minutes does. */
abstract class SeriesStoreContract {
  private static final Set<String> NAME = Set.of("skein.a");
  private final long minute = Minutes.of(Instant.now());

  private Servers servers;
  private SeriesStore store;

  abstract SeriesStore storeOf(Servers servers);

  @BeforeEach
  void open() {
    servers = Servers.open();
    store = storeOf(servers);
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
  }

  private Part part(String name, long minute, String process, long flush) {
    return new Part(name, minute, process, flush, "{\"flush\": " + flush + "}");
  }

  @Test
  void aPartIsThereOnceHoweverOftenItIsWritten() {
    Part part = part("skein.a", minute, "api-1#x", 7);
    store.write(List.of(part));
    store.write(List.of(part));
    assertThat(store.read(NAME, minute, minute)).containsExactly(part);
  }

  @Test
  void aFlushThatComesLateDoesNotUndoTheOneAfterIt() {
    Part later = part("skein.a", minute, "api-1#x", 10);
    store.write(List.of(later));
    store.write(List.of(part("skein.a", minute, "api-1#x", 9)));
    assertThat(store.read(NAME, minute, minute)).containsExactly(later);
    Part latest = part("skein.a", minute, "api-1#x", 11);
    store.write(List.of(latest));
    assertThat(store.read(NAME, minute, minute)).containsExactly(latest);
  }

  @Test
  void processesMinutesAndNamesAreKeptApart() {
    Part first = part("skein.a", minute, "api-1#x", 1);
    Part successor = part("skein.a", minute, "api-1#y", 1);
    Part earlier = part("skein.a", minute - 2, "api-1#x", 1);
    Part longer = part("skein.a.b", minute, "api-1#x", 1);
    store.write(List.of(first, successor, earlier, longer));
    assertThat(store.read(NAME, minute - 3, minute))
        .containsExactlyInAnyOrder(first, successor, earlier);
    assertThat(store.read(Set.of("skein.a", "skein.a.b"), minute, minute))
        .containsExactlyInAnyOrder(first, successor, longer);
    assertThat(store.names(minute, minute)).containsExactlyInAnyOrder("skein.a", "skein.a.b");
    assertThat(store.names(minute - 2, minute - 1)).containsExactly("skein.a");
  }

  @Test
  void aNameWithOddCharactersIsNoOtherOne() {
    String odd = "skein.a|b#c d{é}";
    Part part = part(odd, minute, "api-1#x", 1);
    store.write(List.of(part));
    assertThat(store.read(NAME, minute, minute)).isEmpty();
    assertThat(store.read(Set.of(odd), minute, minute)).containsExactly(part);
    assertThat(store.names(minute, minute)).containsExactly(odd);
  }
}
