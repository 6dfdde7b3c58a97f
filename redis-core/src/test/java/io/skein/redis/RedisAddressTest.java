package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.redis.RedisAddress.Arrangement;
import io.skein.redis.RedisAddress.Node;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {

  @Test
  void oneServer() {
    RedisAddress address = RedisAddress.parse("rediss://ann:p%40ss:w@cache.example/3");
    assertThat(address.arrangement()).isEqualTo(Arrangement.SINGLE);
    assertThat(address.tls()).isTrue();
    assertThat(address.nodes()).containsExactly(new Node("cache.example", 6379));
    assertThat(address.user()).isEqualTo("ann");
    assertThat(address.password()).isEqualTo("p@ss:w");
    assertThat(address.database()).isEqualTo(3);
    assertThat(address.toString()).doesNotContain("p@ss").doesNotContain("p%40ss");
  }

  @Test
  void aPasswordWithoutUser() {
    assertThat(RedisAddress.parse("redis://:secret@h:1").user()).isNull();
    assertThat(RedisAddress.parse("redis://:secret@h:1").password()).isEqualTo("secret");
  }

  @Test
  void sentinelsWithTheirMaster() {
    RedisAddress address = RedisAddress.parse("redis-sentinel://a,b:5000/1#main");
    assertThat(address.arrangement()).isEqualTo(Arrangement.SENTINEL);
    assertThat(address.nodes()).containsExactly(new Node("a", 26379), new Node("b", 5000));
    assertThat(address.masterName()).isEqualTo("main");
    assertThat(address.database()).isEqualTo(1);
    assertThat(address).hasToString("redis-sentinel://a:26379,b:5000#main");
  }

  @Test
  void settingsThatWouldWaitForEverOrCrowdANodeAreRefused() {
    RedisSettings good = RedisSettings.of("redis://localhost");
    for (Duration none :
        List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> new RedisSettings(good.address(), "a:", none, good.timeout()))
          .hasMessageContaining("at least 1 ms");
      assertThatThrownBy(() -> new RedisSettings(good.address(), "a:", good.timeout(), none))
          .hasMessageContaining("at least 1 ms");
    }
    assertThatThrownBy(() -> good.withKeyPrefix("{a}:")).hasMessageContaining("braces");
  }

  @Test
  void nodesOfACluster() {
    RedisAddress address = RedisAddress.parse("rediss-cluster://:pw@a:1,b:2");
    assertThat(address.arrangement()).isEqualTo(Arrangement.CLUSTER);
    assertThat(address.tls()).isTrue();
    assertThat(address.nodes()).containsExactly(new Node("a", 1), new Node("b", 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:6379",
        "http://secret@h",
        "redis://",
        "redis://a,b",
        "redis://h#master",
        "redis://h/zero",
        "redis-sentinel://:secret@h",
        "redis-cluster://h:1/2",
        "redis-cluster://h:1,,h:2",
        "redis://:sec ret@h",
        "redis://h:port"
      })
  void anythingElseIsRefusedWithoutShowingSecrets(String text) {
    assertThatThrownBy(() -> RedisAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("redis-sentinel://")
        .hasMessageNotContaining("sec ret")
        .hasMessageNotContaining("secret");
  }
}
