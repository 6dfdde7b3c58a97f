package io.skein.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.redis.Feature;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeatureSettingsTest {
  @Test
  void everyFeatureIsOnUnlessItsVariableSaysOtherwise() {
    Map<Feature, Boolean> read =
        FeatureSettings.read(
            new SettingsReader(
                Map.of("ENABLE_REDIS_STATE_CACHE", "False", "ENABLE_REDIS_LOCKS", "1")));
    assertThat(read).hasSize(Feature.values().length).containsEntry(Feature.STATE_CACHE, false);
    assertThat(read.values()).filteredOn(on -> !on).hasSize(1);
  }

  @Test
  void whatIsNeitherTrueNorFalseIsAProblem() {
    SettingsReader settings = new SettingsReader(Map.of("ENABLE_REDIS_TELEMETRY", "perhaps"));
    FeatureSettings.read(settings);
    assertThatThrownBy(settings::finish)
        .hasMessageContaining("ENABLE_REDIS_TELEMETRY must be true or false");
  }
}
