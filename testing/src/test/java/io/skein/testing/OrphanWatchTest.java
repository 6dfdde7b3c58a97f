package io.skein.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OrphanWatchTest {
  @TempDir Path directory;

  /** Starts servers as a test does, prints their process ids and waits to be killed. */
  static final class Victim {
    public static void main(String[] args) throws Exception {
      System.out.println(TestServers.redis().pid() + " " + TestServers.postgres().pid());
      Thread.sleep(Duration.ofMinutes(5));
    }
  }

  @Test
  void nothingIsLeftOfAJvmThatWasKilled() throws Exception {
    Process victim =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + directory,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Victim.class.getName()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<ServerProcess> servers;
    try (var output = victim.inputReader()) {
      servers =
          output
              .lines()
              .filter(line -> line.matches("\\d+ \\d+"))
              .limit(1)
              .flatMap(line -> List.of(line.split(" ")).stream())
              .map(pid -> new ServerProcess(Long.parseLong(pid)))
              .toList();
    }
    assertThat(servers).hasSize(2).allMatch(ServerProcess::isAlive);
    victim.destroyForcibly();
    assertThat(servers).allMatch(server -> server.endsWithin(Duration.ofSeconds(30)));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> {
          try (var left = Files.list(directory)) {
            assertThat(left).noneMatch(file -> file.toString().contains("skein-test-servers"));
          }
        });
  }
}
