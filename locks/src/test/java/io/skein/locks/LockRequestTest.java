package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockRequestTest {
  private static final LockName NAME = new LockName("report");

  @ParameterizedTest
  @ValueSource(strings = {"", "a{b", "a}b", "a\0b"})
  void aNameThatOneOfTheStoresWouldNotTakeIsRefused(String name) {
    assertThatThrownBy(() -> new LockName(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameOfMoreThan200CharactersIsRefused() {
    assertThat(new LockName("a".repeat(200)).value()).hasSize(200);
    assertThatThrownBy(() -> new LockName("a".repeat(201)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1S", "PT0.049S", "PT24H0.001S", "P365000000D"})
  void aLeaseLives50MsToADay(String ttl) {
    Duration life = Duration.parse(ttl);
    assertThatThrownBy(() -> LockRequest.of(NAME, "ann", life))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Or the process would believe in it for longer than the store. */
  @Test
  void aLeaseLivesForWholeMillisecondsAsInTheStores() {
    assertThat(LockRequest.of(NAME, "ann", Duration.ofNanos(60_999_999)).ttl())
        .isEqualTo(Duration.ofMillis(60));
  }
}
