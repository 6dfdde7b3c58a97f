package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.ServerProcess;
import io.skein.testing.TestServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks between processes: only one is inside, and one that was frozen writes no more. */
@Timeout(240)
class ProcessesTest {
  private static final int PROCESSES = 3;
  private static final int THREADS = 4;
  private static final int ROUNDS = Boolean.getBoolean("skein.test.full") ? 2_000 : 100;

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private final List<LockingProcess> processes = new ArrayList<>();
  private Stores stores;

  @BeforeEach
  void open() throws Exception {
    stores = Stores.open(TestServers.redis().url());
    stores
        .database()
        .useTransaction(tx ->
            tx.handle()
                .execute(
                    """
                    create table ledger (
                      id uuid primary key, fence bigint not null default 0,
                      entries text not null default '')
                    """));
  }

  @AfterEach
  void close() {
    processes.forEach(LockingProcess::close);
    stores.close();
  }

  private LockingProcess start() throws Exception {
    PostgresSettings postgres = stores.postgres();
    RedisSettings redis = stores.redisSettings();
    LockingProcess process = LockingProcess.launch(postgres, redis, TestServers.redis().url());
    processes.add(process);
    return process;
  }

  /** The plain counter: a lost update shows that two were inside at once. */
  @Test
  void only_one_of_three_processes_is_inside(@TempDir Path folder) throws Exception {
    Path counter = Files.writeString(folder.resolve("counter"), "0");
    for (int i = 0; i < PROCESSES; i++) {
      var unused = start();
    }
    for (LockingProcess process : processes) {
      assertThat(process.answer()).isEqualTo("ready");
    }
    for (LockingProcess process : processes) {
      process.say("count " + name + " " + counter + " " + THREADS + " " + ROUNDS);
    }
    for (LockingProcess process : processes) {
      assertThat(process.answer()).isEqualTo("counted");
    }
    assertThat(Files.readString(counter)).isEqualTo(String.valueOf(PROCESSES * THREADS * ROUNDS));
  }

  @Test
  void a_holder_frozen_past_its_time_to_live_writes_no_more_when_it_wakes() throws Exception {
    UUID row = UUID.randomUUID();
    stores
        .database()
        .useTransaction(tx -> tx.handle().execute("insert into ledger (id) values (?)", row));
    LockingProcess frozen = start();
    LockingProcess next = start();
    assertThat(frozen.answer()).isEqualTo("ready");
    assertThat(next.answer()).isEqualTo("ready");
    assertThat(frozen.ask("begin " + name + " " + row)).isEqualTo("fence 1");
    assertThat(frozen.ask("write " + row + " a")).isEqualTo("written");
    assertThat(next.ask("begin " + name + " " + row)).isEqualTo("busy");

    ServerProcess signals = new ServerProcess(frozen.pid());
    signals.freeze();
    await().until(() -> next.ask("begin " + name + " " + row).equals("fence 2"));
    assertThat(next.ask("write " + row + " b")).isEqualTo("written");
    signals.thaw();

    assertThat(frozen.ask("write " + row + " c")).isEqualTo("refused");
    await().until(() -> frozen.ask("held").startsWith("lost "));
    assertThat(next.ask("write " + row + " d")).isEqualTo("written");
    String entries =
        stores
            .database()
            .read(handle -> handle.select("select entries from ledger").mapTo(String.class).one());
    assertThat(entries).isEqualTo(" a b d");
  }
}
