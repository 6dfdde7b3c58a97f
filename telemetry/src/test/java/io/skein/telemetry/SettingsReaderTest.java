package io.skein.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

  @Test
  void namesEveryProblemAtOnce() {
    SettingsReader settings = new SettingsReader(Map.of("PORT", "70000", "WAIT", "soon"));
    settings.required("DATABASE_URL", "postgresql://user:password@host:5432/database");
    settings.port("PORT", 1);
    settings.duration("WAIT", Duration.ZERO);
    assertThatThrownBy(settings::finish)
        .hasMessageContaining("DATABASE_URL is missing")
        .hasMessageContaining("PORT must be a whole number from 0 to 65535")
        .hasMessageContaining("WAIT must be a duration");
  }

  @Test
  void readsWhatIsThereAndDefaultsTheRest() {
    SettingsReader settings =
        new SettingsReader(
            Map.of(
                "WAIT",
                " 250ms ",
                "KEEP",
                "30d",
                "NONE",
                "0",
                "ORIGINS",
                "https://a.example, ,https://b.example"));
    assertThat(settings.duration("WAIT", Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
    assertThat(settings.duration("KEEP", Duration.ZERO)).isEqualTo(Duration.ofDays(30));
    assertThat(settings.duration("NONE", Duration.ofHours(1))).isZero();
    assertThat(settings.duration("OTHER", Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
    assertThat(settings.list("ORIGINS")).containsExactly("https://a.example", "https://b.example");
    settings.finish();
  }
}
