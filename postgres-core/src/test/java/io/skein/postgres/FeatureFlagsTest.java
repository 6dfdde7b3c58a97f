package io.skein.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.PostgresServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Flags and modes of features, shared by instances. */
class FeatureFlagsTest {
  private static final Duration FOLLOWED = Duration.ofSeconds(2);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private @Nullable PostgresSettings settings;

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @Test
  void theSettingsHoldUntilAnOperatorSaysSomethingElseAndThenHisWordDoes() {
    Database database = database(TestServers.postgres(), 4);
    FeatureFlags flags = start(database, Map.of("locks", false, "cache", true));
    assertThat(flags.all().get("locks")).isEqualTo(new FeatureFlag("locks", false, null, null));
    FeatureFlag set = flags.set("locks", true, "ann");
    assertThat(set.enabled()).isTrue();
    assertThat(set.changedBy()).isEqualTo("ann");
    assertThat(flags.all()).containsEntry("locks", set);
    FeatureFlags restarted = start(database, Map.of("locks", false, "cache", true));
    assertThat(restarted.all()).isEqualTo(flags.all());
    assertThatThrownBy(() -> flags.set("coffee", true, "ann"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsSaidTwiceKeepsItsTimeAndAuthor() {
    FeatureFlags flags = start(database(TestServers.postgres(), 4), Map.of("cache", true));
    FeatureFlag first = flags.set("cache", false, "ann");
    assertThat(flags.set("cache", false, "bob")).isEqualTo(first);
    assertThat(flags.set("cache", true, "bob").changedBy()).isEqualTo("bob");
  }

  /** Nobody may be kept from switching off what has used up the pool. */
  @Test
  void allInstancesFollowWithinTwoSecondsAlsoWhileTheirPoolsAreUsedUp() {
    Stalls.repeatIfStalled(this::followWithAPoolThatIsUsedUp);
  }

  private void followWithAPoolThatIsUsedUp() {
    Database database = database(TestServers.postgres(), 4);
    FeatureFlags one = start(database, Map.of("cache", true));
    Database exhausted = open(Database.open(requireNonNull(settings), "exhausted"));
    List<Boolean> heard = new CopyOnWriteArrayList<>();
    open(
        FeatureFlags.start(
            exhausted,
            Map.of("cache", true),
            flags -> flags.values().forEach(flag -> heard.add(flag.enabled()))));
    List<Handle> lent = useUp(exhausted);
    try {
      one.set("cache", false, "ann");
      await().atMost(FOLLOWED).until(() -> heard.equals(List.of(true, false)));
      one.set("cache", true, "ann");
      await().atMost(FOLLOWED).until(() -> heard.equals(List.of(true, false, true)));
    } finally {
      lent.forEach(Handle::close);
    }
  }

  @Test
  void theFlagsStayWhilePostgresIsAwayAndAreFollowedAfterwards() {
    PostgresServer server = open(TestServers.newPostgres());
    Database database = database(server, 4);
    FeatureFlags flags = start(database, Map.of("cache", true));
    flags.set("cache", false, "ann");
    server.stop();
    FeatureFlags meanwhile =
        start(open(Database.open(requireNonNull(settings), "late")), Map.of("cache", true));
    assertThat(cacheIsOn(flags)).isFalse();
    assertThat(cacheIsOn(meanwhile)).as("as its settings say").isTrue();
    server.start();
    await().atMost(Duration.ofSeconds(10)).until(() -> !cacheIsOn(meanwhile));
  }

  private static boolean cacheIsOn(FeatureFlags flags) {
    return requireNonNull(flags.all().get("cache")).enabled();
  }

  @Test
  void modesAreShownOfInstancesInTheRegisterAndTheirChangesAreKept() {
    Database database = database(TestServers.postgres(), 4);
    FeatureModes modes = new FeatureModes(database);
    Instances instances = new Instances(database);
    Instant since = Instant.parse("2026-11-29T12:00:00Z");
    InstanceMode away = new InstanceMode("api-1", "cache", "fallback", "away", since);
    InstanceMode back = new InstanceMode("api-1", "cache", "redis", "back", since.plusSeconds(1));
    assertThat(modes.write("api-1", List.of(away), List.of(away)))
        .as("not in the register yet")
        .isFalse();
    instances.register("api-1", "api", "1", "127.0.0.1:1", 7);
    assertThat(modes.write("api-1", List.of(away), List.of())).isTrue();
    assertThat(modes.write("api-1", List.of(back), List.of(back))).isTrue();
    assertThat(modes.ofInstancesSeenWithin(Duration.ofMinutes(1))).containsExactly(back);
    assertThat(modes.changes(10)).startsWith(back);
    instances.deregister("api-1", 7);
    assertThat(modes.ofInstancesSeenWithin(Duration.ofMinutes(1))).isEmpty();
  }

  @Test
  void changesOlderThanAMonthAreForgotten() {
    Database database = database(TestServers.postgres(), 4);
    FeatureModes modes = new FeatureModes(database);
    Instant now =
        database.read(handle ->
            handle
                .createQuery("select skein_now()")
                .map((row, context) -> row.getTimestamp(1).toInstant())
                .one());
    InstanceMode old =
        new InstanceMode("a", "cache", "fallback", "", now.minus(Duration.ofDays(31)));
    InstanceMode young =
        new InstanceMode("a", "cache", "redis", "", now.minus(Duration.ofDays(29)));
    modes.write("a", List.of(), List.of(old, young));
    assertThat(modes.changes(10)).containsExactly(young);
  }

  private Database database(PostgresServer server, int pool) {
    settings = PostgresSettings.parse(server.createDatabase().url()).withPoolSize(pool);
    Migrations.migrate(settings, List.of("postgres-core"));
    return open(Database.open(requireNonNull(settings), "flags-test"));
  }

  private List<Handle> useUp(Database database) {
    Jdbi pool = database.read(Handle::getJdbi);
    List<Handle> lent = new ArrayList<>();
    for (int i = 0; i < requireNonNull(settings).poolSize(); i++) {
      lent.add(pool.open());
    }
    return lent;
  }

  private FeatureFlags start(Database database, Map<String, Boolean> initial) {
    return open(FeatureFlags.start(database, initial, flags -> {}));
  }

  private <T extends AutoCloseable> T open(T closeable) {
    open.push(closeable);
    return closeable;
  }
}
