package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL was restored to an earlier time: its epoch is a later one, and of a state that has not
 * changed since nobody tells.
 */
class RestoredDatabaseTest extends OnTwoInstances {
  /** Versions of before the restore are cached at both levels. */
  private void loseWhatWasCommitted() {
    StateVersion lost = truth.commit();
    truth.relay(both.redis, lost);
    await().until(() -> both.read(both.one).equals(lost));
    await().until(() -> both.isNear(both.one));
    truth.renewEpoch();
  }

  @Test
  void whatWasLostIsAnsweredByNoLevel() {
    loseWhatWasCommitted();
    both.one.raiseEpoch(truth.version().epoch());
    assertThat(both.read(both.one)).isEqualTo(truth.version());
    assertThat(both.read(both.two)).as("told by Redis").isEqualTo(truth.version());
  }

  @Test
  void aLoadOfAnotherStateTellsOfTheEpoch() {
    loseWhatWasCommitted();
    UUID other = UUID.randomUUID();
    StateSource<UUID, String> withAnother =
        new StateSource<>() {
          @Override
          public Optional<Versioned<String>> load(UUID asked) {
            return asked.equals(other)
                ? Optional.of(Truth.state(truth.version()))
                : truth.load(asked);
          }

          @Override
          public List<UUID> recent(int most) {
            return List.of();
          }
        };
    StateCache<UUID, String> third = both.third(withAnother);
    assertThat(third.get(other)).isPresent();
    assertThat(both.read(third)).isEqualTo(truth.version());
  }

  @Test
  void whatIsNoLongerThereIsAbsentAndKnownToBe() {
    loseWhatWasCommitted();
    StateCache<UUID, String> third = both.third(nothing());
    third.raiseEpoch(truth.version().epoch());
    assertThat(third.get(flow)).isEmpty();
    long loads = third.statistics().loads().loads();
    assertThat(third.get(flow)).isEmpty();
    assertThat(third.statistics().loads().loads()).as("the absence is kept").isEqualTo(loads);
  }

  private static StateSource<UUID, String> nothing() {
    return new StateSource<>() {
      @Override
      public Optional<Versioned<String>> load(UUID asked) {
        return Optional.empty();
      }

      @Override
      public List<UUID> recent(int most) {
        return List.of();
      }
    };
  }
}
