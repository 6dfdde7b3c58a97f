package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A consumer group of three processes, of which one after the other is killed. */
@Tag("long")
class ConsumerCrashTest {
  private static final String TENANT = "crash";
  private static final String PREFIX = "group-crash:";
  private static final int EVENTS = Integer.getInteger("skein.test.groupEvents", 20_000);
  private static final int STREAMS = 100;
  private static final int WRITERS = 4;
  private static final int BATCH = 5;
  private static final int KILLS = 3;
  private static final int PART = EVENTS / (KILLS + 1);

  private final Random random = new Random(20_261_123);
  private final List<Process> children = new ArrayList<>();
  private final List<Process> starting = new ArrayList<>();
  private String postgres;
  private String redis;
  private Instance writer;
  private int launched;

  @BeforeEach
  void start() {
    postgres = TestServers.postgres().createDatabase().url();
    redis = TestServers.redis().url();
    PostgresSettings settings = PostgresSettings.parse(postgres);
    Migrations.migrate(settings, List.of("postgres-core", "event-bus"));
    writer =
        Instance.start(
            settings,
            RedisSettings.of(redis).withKeyPrefix(PREFIX),
            "writer",
            EventSettings.defaults());
    // Without any constraint: what is processed twice is seen twice.
    writer.database.useTransaction(tx ->
        tx.handle()
            .execute(
                "create table ledger (n bigint generated always as identity, stream_id uuid,"
                    + " seq bigint, worker text)"));
  }

  @AfterEach
  void stop() {
    children.forEach(Process::destroyForcibly);
    writer.close();
  }

  @Test
  void processesEveryEventOnceToEffectAndInOrder() throws Exception {
    List<StreamId> streams =
        IntStream.range(0, STREAMS).mapToObj(i -> writer.open(TENANT)).toList();
    for (int i = 0; i < 3; i++) {
      launch();
    }
    long appended = 0;
    for (int kill = 1; kill <= KILLS + 1; kill++) {
      awaitAllTakePart();
      List<Thread> writers = beginToAppend(streams);
      long before = appended;
      appended += PART;
      if (kill <= KILLS) {
        awaitEffects(before + PART / 3);
        children.remove(random.nextInt(children.size())).destroyForcibly();
        launch();
      }
      awaitEffects(appended);
      for (Thread writer : writers) {
        writer.join();
      }
    }
    ConsumerGroup group = writer.bus.groups().find(TENANT, ConsumingProcess.GROUP).orElseThrow();
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> group.status().stream().allMatch(status -> status.behind() == 0));

    assertThat(count("count(*)")).isEqualTo(EVENTS);
    assertThat(count("count(distinct (stream_id, seq))")).isEqualTo(EVENTS);
    assertThat(count("count(distinct worker)")).isGreaterThan(3);
    assertThat(outOfOrder()).isZero();
    assertThat(group.status()).allMatch(status -> status.failures() == 0);
  }

  private List<Thread> beginToAppend(List<StreamId> streams) {
    NewEvent[] batch =
        IntStream.range(0, BATCH).mapToObj(i -> NewEvent.of("x")).toArray(NewEvent[]::new);
    return IntStream.range(0, WRITERS)
        .mapToObj(i ->
            Thread.ofVirtual()
                .start(() -> {
                  for (int n = 0; n < PART / WRITERS / BATCH; n++) {
                    writer.append(streams.get(n % STREAMS), batch);
                  }
                }))
        .toList();
  }

  private void awaitEffects(long effects) {
    await().atMost(Duration.ofMinutes(2)).until(() -> count("count(*)") >= effects);
  }

  private void awaitAllTakePart() throws IOException {
    for (Process child : starting) {
      ConsumingProcess.awaitPart(child);
    }
    starting.clear();
  }

  private void launch() throws IOException {
    launched++;
    Process child =
        ConsumingProcess.launch(postgres, redis, PREFIX, TENANT, "consumer-" + launched);
    children.add(child);
    starting.add(child);
  }

  private long count(String what) {
    return writer.database.read(
        handle -> handle.createQuery("select " + what + " from ledger").mapTo(Long.class).one());
  }

  /** Effects that do not follow the one before them in their stream. */
  private long outOfOrder() {
    return writer.database.read(handle ->
        handle
            .createQuery(
                """
                select count(*) from (
                  select seq - lag(seq, 1, 0::bigint) over (partition by stream_id order by n) as step
                  from ledger) steps
                where step <> 1
                """)
            .mapTo(Long.class)
            .one());
  }
}
