package io.skein.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command {@code ./skein} where nothing is built yet, with a Maven that only says it came. */
class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then
        echo 'Apache Maven 3.9.9'
        exit 0
      fi
      echo called >>called
      echo '[INFO] compiling'
      echo '[ERROR] Feature.java:[3,1] class expected'
      exit 1
      """;

  @TempDir private Path home;

  private record Outcome(int code, String said) {}

  @BeforeEach
  void install() throws IOException {
    Files.copy(repository().resolve("skein"), home.resolve("skein"));
    Path maven = Files.createDirectory(home.resolve("bin")).resolve("mvn");
    Files.writeString(maven, MAVEN);
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    assertThat(home.resolve("skein").toFile().setExecutable(true)).isTrue();
  }

  private static Path repository() {
    return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  }

  static List<String> benchmarks() {
    List<String> names =
        new ArrayList<>(new CommandLine(new BenchCommand()).getSubcommands().keySet());
    assertThat(names).contains("tasks", "help");
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--bad", "coffee", "--rounds"})
  void whatIsNoBenchmarkIsToldBeforeTheBuild(String argument) throws Exception {
    Outcome outcome = run("bench", argument);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.said()).contains(argument, "usage: ./skein bench", "tasks");
    assertThat(home.resolve("called")).doesNotExist();
  }

  @Test
  void withoutABenchmarkTheUsageIsTold() throws Exception {
    assertThat(run("bench").code()).isEqualTo(2);
    Outcome help = run("bench", "--help");
    assertThat(help.code()).isZero();
    assertThat(help.said()).contains("usage: ./skein bench");
    assertThat(home.resolve("called")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void everyBenchmarkIsBuiltFor(String name) throws Exception {
    run("bench", name);
    assertThat(home.resolve("called")).exists();
  }

  @Test
  void aBuildThatFailsSaysWhyAndLeavesAllOfItInTheLog() throws Exception {
    Outcome outcome = run("status");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.said())
        .contains("[ERROR] Feature.java:[3,1] class expected", ".skein/build.log")
        .doesNotContain("[INFO]");
    assertThat(home.resolve(".skein/build.log")).content().contains("[INFO] compiling", "[ERROR]");
  }

  /** As of one that was killed, or whose connection broke. */
  @Test
  void aBuildThatBreaksOffSaysHowFarItCame() throws Exception {
    Files.writeString(home.resolve("bin/mvn"), MAVEN.replace("echo '[ERROR]", ": '[ERROR]"));
    assertThat(run("status").said()).contains("[INFO] compiling");
  }

  @Test
  void mavenIsAskedToSayWhatItDoes() throws Exception {
    Files.writeString(
        home.resolve("bin/mvn"), MAVEN.replace("'[INFO] compiling'", "\"[INFO] $*\""));
    run("status");
    assertThat(home.resolve(".skein/build.log")).content().doesNotContain(" -q ");
  }

  private Outcome run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "./skein"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().merge("PATH", "", (path, none) -> home.resolve("bin") + ":" + path);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), said);
  }
}
