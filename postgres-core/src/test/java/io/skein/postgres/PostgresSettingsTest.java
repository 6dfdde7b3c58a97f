package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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

  @Test
  void anAddressThatCannotBeReadIsNotRepeatedWithItsPassword() {
    for (String address :
        List.of(
            "postgresql://a:my secret@localhost/b",
            "postgresql://a:my%secret@localhost/b",
            "postgresql://a:secret@localhost/b?direct=a b:secret")) {
      assertThatThrownBy(() -> PostgresSettings.parse(address))
          .isInstanceOf(IllegalArgumentException.class)
          .hasNoCause()
          .hasMessageNotContaining("secret")
          .hasMessageContaining("must look like");
    }
  }

  @Test
  void behindAPoolerTheServersOwnAddressIsKnownAndNothingIsPreparedOnASession() {
    PostgresSettings settings =
        PostgresSettings.parse("postgresql://a@pooler:6432/b?sslmode=require&direct=db:5433");
    assertThat(settings.jdbcUrl())
        .isEqualTo("jdbc:postgresql://pooler:6432/b?sslmode=require&prepareThreshold=0");
    assertThat(settings.directJdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/b?sslmode=require");
    assertThat(settings.withPoolSize(3).directJdbcUrl()).isEqualTo(settings.directJdbcUrl());
    assertThat(
            PostgresSettings.parse("postgresql://a@pooler/b?prepareThreshold=5&direct=db")
                .jdbcUrl())
        .isEqualTo("jdbc:postgresql://pooler:5432/b?prepareThreshold=5");
    PostgresSettings alone = PostgresSettings.parse("postgresql://a@db/b");
    assertThat(alone.directJdbcUrl()).isEqualTo(alone.jdbcUrl());
    assertThatThrownBy(() -> PostgresSettings.parse("postgresql://a@pooler/b?direct=db/b"))
        .hasMessageContaining("direct=host:5432");
  }
}
