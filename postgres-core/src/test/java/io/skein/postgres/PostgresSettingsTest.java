package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PostgresSettingsTest {

  @Test
  void readsTheAddressesThatPlatformsGive() {
    PostgresSettings settings =
        PostgresSettings.parse(
            "postgres://us%40er:p%3Ass+word@db.example:6000/skein?sslmode=require");
    assertThat(settings.jdbcUrl())
        .isEqualTo("jdbc:postgresql://db.example:6000/skein?sslmode=require");
    assertThat(settings.user()).isEqualTo("us@er");
    assertThat(settings.password()).isEqualTo("p:ss+word");
    assertThat(settings.toString()).doesNotContain("p:ss+word");
    assertThat(PostgresSettings.parse("postgresql://a@localhost/b").jdbcUrl())
        .isEqualTo("jdbc:postgresql://localhost:5432/b");
  }

  @Test
  void saysWhatAnAddressLooksLike() {
    assertThatThrownBy(() -> PostgresSettings.parse("mysql://localhost/b"))
        .hasMessageContaining("postgresql://user:password@host:5432/database");
    assertThatThrownBy(() -> PostgresSettings.parse("postgresql://localhost"))
        .hasMessageContaining("postgresql://user:password@host:5432/database");
  }
}
