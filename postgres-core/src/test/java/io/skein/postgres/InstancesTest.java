package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstancesTest {
  private static final Duration LATELY = Duration.ofMinutes(1);

  private Database database;
  private Instances instances;

  @BeforeEach
  void open() {
    PostgresSettings settings =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(settings, List.of("postgres-core"));
    database = Database.open(settings.withPoolSize(2), "instances");
    instances = new Instances(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void forgetAll() {
    database.useTransaction(transaction -> transaction.handle().execute("delete from instances"));
  }

  private void beat(long pid) {
    instances.heartbeat("api-1", "api", "2", "127.0.0.1:1", pid);
  }

  @Test
  void oneThatARestoreForgotIsThereAgainWithItsNextBeat() {
    instances.register("api-1", "api", "2", "127.0.0.1:1", 7);
    forgetAll();
    beat(7);
    assertThat(instances.seenWithin(LATELY)).extracting(Instance::pid).containsExactly(7L);
  }

  @Test
  void aBeatKeepsTheTimeOfTheStart() {
    instances.register("api-1", "api", "2", "127.0.0.1:1", 7);
    Instance before = instances.seenWithin(LATELY).getFirst();
    beat(7);
    Instance after = instances.seenWithin(LATELY).getFirst();
    assertThat(after.startedAt()).isEqualTo(before.startedAt());
    assertThat(after.seenAt()).isAfter(before.seenAt());
  }

  @Test
  void theRowOfASuccessorIsLeftAlone() {
    instances.register("api-1", "api", "1", "127.0.0.1:1", 7);
    instances.register("api-1", "api", "2", "127.0.0.1:2", 8);
    Instance successor = instances.seenWithin(LATELY).getFirst();
    instances.heartbeat("api-1", "api", "1", "127.0.0.1:1", 7);
    instances.deregister("api-1", 7);
    assertThat(instances.seenWithin(LATELY)).containsExactly(successor);
  }
}
