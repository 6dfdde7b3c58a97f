package io.skein.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.DatabaseAddress;
import io.skein.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalStackTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void startsEverythingEndsEverythingAndKeepsTheData() throws Exception {
    List<ServerProcess> processes;
    try (LocalStack stack = LocalStack.start(settings())) {
      await().atMost(PATIENCE).until(stack.process("api-1")::isReady);
      await().atMost(PATIENCE).until(stack.process("worker-1")::isReady);
      execute(stack, "CREATE TABLE kept AS SELECT 1 AS id");
      StackState state = recorded();
      assertThat(state.ready()).isTrue();
      assertThat(state.isSupervised()).isTrue();
      processes = state.livingProcesses().stream().map(p -> new ServerProcess(p.pid())).toList();
      assertThat(processes).hasSize(4).allMatch(ServerProcess::isAlive);
      assertThat(StackStatus.of(state, "token").api())
          .containsExactly(
              new StackStatus.Api(
                  "api-1",
                  stack.process("api-1").url().toString(),
                  stack.process("api-1").management().toString(),
                  stack.process("api-1").pid(),
                  true));
    }
    assertThat(processes).noneMatch(ServerProcess::isAlive);
    assertThat(directory.resolve("lock")).doesNotExist();
    assertThat(directory.resolve("stack.json")).doesNotExist();
    try (LocalStack again = LocalStack.start(settings())) {
      execute(again, "INSERT INTO kept VALUES (2)");
    }
  }

  @Test
  void aProcessCanBeKilledFrozenAndStartedAgainUnderItsNameAndPort() {
    try (LocalStack stack = LocalStack.start(withoutServers())) {
      StackProcess worker = stack.process("worker-1");
      long first = worker.pid();
      worker.freeze();
      assertThat(worker.isAlive()).isTrue();
      assertThat(worker.isReady()).isFalse();
      worker.thaw();
      await().atMost(PATIENCE).until(worker::isReady);
      worker.kill();
      assertThat(worker.isAlive()).isFalse();
      worker.start().awaitReady();
      assertThat(worker.pid()).isNotEqualTo(first);
    }
  }

  @Test
  void whatDiesByItselfIsReportedAndComesBack() throws Exception {
    List<String> reports = new CopyOnWriteArrayList<>();
    try (LocalStack stack = LocalStack.start(settings())) {
      Supervisor supervisor = new Supervisor(stack, reports::add);
      Thread watching = Thread.ofVirtual().start(supervisor::run);
      StackProcess worker = stack.process("worker-1");
      long first = worker.pid();
      new ServerProcess(first).signal("KILL");
      stack.redis().kill();
      await()
          .atMost(PATIENCE)
          .until(() -> worker.isReady() && worker.pid() != first && reports.size() >= 4);
      assertThat(reports)
          .anyMatch(line -> line.startsWith("worker-1 ended by itself"))
          .contains("worker-1 was started again", "redis was started again");
      supervisor.stop();
      watching.join();
    }
  }

  @Test
  void oneStackRunsInADirectory() {
    try (LocalStack stack = LocalStack.start(withoutServers())) {
      assertThatThrownBy(() -> LocalStack.start(withoutServers()))
          .isInstanceOf(StackFailure.class)
          .hasMessageContaining("runs in " + directory);
      await().atMost(PATIENCE).until(stack.process("api-1")::isReady);
    }
  }

  @Test
  void aProcessThatDoesNotComeUpIsNamedWithItsLogAndNothingIsLeft() {
    assertThatThrownBy(() ->
            LocalStack.start(withoutServers().withEnvironmentOf("worker-1", "STAND_IN_FAILS", "1")))
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("worker-1 ended while starting, with exit code 3")
        .hasMessageContaining("the moon is in the wrong house");
    assertThat(directory.resolve("lock")).doesNotExist();
    assertThat(ProcessHandle.current().children().map(ProcessHandle::info))
        .noneMatch(info -> info.commandLine().orElse("").contains(directory.toString()));
  }

  @Test
  void aTakenPortIsNamed() {
    try (LocalStack stack = LocalStack.start(withoutServers())) {
      int taken = stack.process("api-1").management().getPort();
      StackSettings clashing =
          settings(directory.resolve("other")).withPorts(PortPlan.from(taken - 51));
      assertThatThrownBy(() -> LocalStack.start(clashing))
          .hasMessageContaining("port " + taken + ", needed by api-1 for its management, is taken")
          .hasMessageContaining("--port-base");
    }
  }

  @Test
  void theSecretIsForItsOwnerOnlyAndStays() throws Exception {
    StackDirectory stack = new StackDirectory(directory);
    byte[] secret = stack.secret();
    assertThat(secret).hasSizeGreaterThanOrEqualTo(32).isEqualTo(stack.secret());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stack.secretFile())))
        .isEqualTo("rw-------");
  }

  private StackSettings settings() {
    return settings(directory);
  }

  /** Stand-ins ask for no servers: a stack without them starts faster. */
  private StackSettings withoutServers() {
    return settings().withServers("postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1");
  }

  private static StackSettings settings(Path directory) {
    Program standIn = Program.onThisClassPath(StandIn.class.getName());
    return StackSettings.in(directory)
        .withApis(1)
        .withWorkers(1)
        .withProgramOf("api-1", standIn)
        .withProgramOf("worker-1", standIn);
  }

  private StackState recorded() {
    return StackState.read(new StackDirectory(directory)).orElseThrow();
  }

  private static void execute(LocalStack stack, String sql) throws SQLException {
    DatabaseAddress database = DatabaseAddress.parse(stack.databaseUrl());
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
