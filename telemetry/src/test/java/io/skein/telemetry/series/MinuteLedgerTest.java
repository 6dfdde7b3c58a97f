package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.FunctionCounter;
import io.skein.telemetry.series.MinuteLedger.Keeper;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MinuteLedgerTest {
  private static final String NAME = "skein.things";
  private static final String PROCESS = "api-1#1-a";
  private static final int MOST_MINUTES = 3;

  private final SeriesRegistry registry = new SeriesRegistry();
  private final MinuteLedger ledger = new MinuteLedger(PROCESS, MOST_MINUTES);

  private void count(double things, long minute) {
    registry.counter(NAME).increment(things);
    ledger.collect(registry.getMeters(), minute);
  }

  private List<Part> parts(long minute) {
    return ledger.parts(Set.of(NAME), minute, minute);
  }

  private long counted(long minute) {
    return parts(minute).stream()
        .flatMap(part -> PartText.read(part.text()).byTags().values().stream())
        .mapToLong(Figures::count)
        .sum();
  }

  @Test
  void aMeterThatCannotBeReadKeepsNoOtherFromBeingCountedOnce() {
    AtomicBoolean broken = new AtomicBoolean();
    FunctionCounter.builder(
            "skein.broken",
            broken,
            of -> {
              if (of.get()) {
                throw new IllegalStateException("closed");
              }
              return 7;
            })
        .register(registry);
    for (int i = 0; i < 50; i++) { // some are read before it, some after
      registry.counter(NAME, "kind", "k" + i).increment();
    }
    ledger.collect(registry.getMeters(), 100);
    broken.set(true);
    count(1, 100);
    ledger.collect(registry.getMeters(), 100);
    broken.set(false);
    ledger.collect(registry.getMeters(), 100);
    assertThat(counted(100)).isEqualTo(51);
    assertThat(ledger.parts(Set.of("skein.broken"), 100, 100))
        .singleElement()
        .satisfies(part -> assertThat(part.text()).contains("\"count\":7,"));
  }

  @Test
  void afterTheClockWasSetBackThePresentMinuteStays() {
    for (long minute = 100; minute <= 102; minute++) {
      count(1, minute);
    }
    ledger.kept(Keeper.REDIS, ledger.waitingFor(Keeper.REDIS));
    count(5, 90);
    count(6, 91);
    assertThat(counted(90)).isEqualTo(5);
    assertThat(counted(91)).isEqualTo(6);
    assertThat(ledger.minutes()).containsExactly(90L, 91L, 102L);
    assertThat(ledger.lost()).isZero();
  }

  @Test
  void aMinuteThatComesAgainDoesNotReplaceWhatWasCountedInItBefore() {
    for (long minute = 100; minute <= 103; minute++) {
      count(1, minute);
    }
    assertThat(parts(101)).extracting(Part::process).containsExactly(PROCESS);
    count(5, 100); // dropped before, and kept by Redis perhaps
    assertThat(parts(100))
        .singleElement()
        .satisfies(part -> {
          assertThat(part.process()).isNotEqualTo(PROCESS);
          assertThat(ProcessName.instanceOf(part.process())).isEqualTo("api-1");
        });
    count(5, 103);
    assertThat(parts(103)).extracting(Part::process).containsExactly(PROCESS);
    count(5, 104);
    assertThat(parts(104)).extracting(Part::process).containsExactly(PROCESS);
  }

  @Test
  void aPartOfWhichAKeeperHasAnOlderFormIsLostWhenItIsDropped() {
    count(1, 100);
    ledger.kept(Keeper.REDIS, ledger.waitingFor(Keeper.REDIS));
    count(1, 100);
    count(1, 101);
    ledger.kept(Keeper.POSTGRES, ledger.waitingFor(Keeper.POSTGRES));
    count(1, 101);
    for (long minute = 102; minute <= 103; minute++) {
      count(1, minute);
    }
    assertThat(ledger.lost()).as("PostgreSQL has minute 100").isZero();
    count(1, 104);
    assertThat(ledger.lost()).isEqualTo(1);
  }
}
