package io.skein.local.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackDirectory;
import io.skein.local.stack.StackState;
import io.skein.local.stack.TokenIssuer;
import io.skein.testing.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The skein command, ended in every way and misused. */
@Tag("long")
final class CommandsTest {
  private static final Pattern FLOW = Pattern.compile("(?m)^flow (\\S+)$");

  private @TempDir Path directory;
  private final int base = freeBase();

  /** A stack in the background would outlive a failed test. */
  @AfterEach
  void endWhatIsLeft() {
    RunningStack.end(new StackDirectory(directory));
  }

  /** One story instead of several cases: each start of a stack takes seconds. */
  @Test
  void everyEndLeavesNothingBehindAndTheNextUpFindsItsFlows() throws Exception {
    String flow;
    try (SkeinProcess demo = skein("demo", inventory().toString())) {
      demo.awaitOutput("the stack runs until Ctrl-C");
      Matcher matcher = FLOW.matcher(demo.output());
      assertThat(matcher.find()).isTrue();
      flow = matcher.group(1);
      StackState running = state();
      demo.signal("INT");
      assertThat(demo.exitCode()).isZero();
      assertNothingLeft(running);
    }
    StackState detached;
    try (SkeinProcess up = skein("up", "--detach")) {
      up.awaitOutput("ready; a token");
      assertThat(up.exitCode()).isZero();
      detached = state();
      assertCompleted(detached, flow);
    }
    assertPdfIsRefused();
    try (SkeinProcess down = plain("down")) {
      assertThat(down.exitCode()).isZero();
      assertThat(down.output()).contains("stopped");
      assertNothingLeft(detached);
    }
    try (SkeinProcess up = skein("up")) {
      up.awaitOutput("ready; a token");
      StackState running = state();
      assertCompleted(running, flow);
      up.signal("KILL");
      try (SkeinProcess down = plain("down")) {
        assertThat(down.exitCode()).isZero();
        assertThat(down.output()).contains("had been killed");
      }
      assertNothingLeft(running);
    }
    try (SkeinProcess up = skein("up")) {
      up.awaitOutput("starting 2 API instances");
      StackState starting = state();
      up.signal("INT");
      assertThat(up.exitCode()).isEqualTo(130);
      assertNothingLeft(starting);
    }
  }

  @Test
  void aTakenPortIsNamedAndNothingStarts() throws Exception {
    try (ServerSocket taken = new ServerSocket(base + 2, 1, InetAddress.getLoopbackAddress());
        SkeinProcess up = skein("up")) {
      assertThat(up.exitCode()).isEqualTo(1);
      assertThat(up.output())
          .contains("port " + taken.getLocalPort() + ", needed by api-2, is taken", "--port-base");
      assertNothingOfThisDirectoryRuns();
    }
  }

  @Test
  void aBrokenDatabaseUrlIsExplainedAndNothingStaysRunning() throws Exception {
    try (SkeinProcess up =
        SkeinProcess.start(
            directory,
            Map.of("DATABASE_URL", "mysql://somewhere"),
            "up",
            "--data",
            directory.toString(),
            "--port-base",
            String.valueOf(base))) {
      assertThat(up.exitCode()).isEqualTo(1);
      assertThat(up.output())
          .contains("DATABASE_URL", "postgresql://user:password@host:5432/database")
          .doesNotContain("unexpected failure");
      assertNothingOfThisDirectoryRuns();
    }
  }

  @Test
  void aMissingFileIsNamedBeforeAnythingStarts() throws Exception {
    try (SkeinProcess demo = skein("demo", "--exit", directory.resolve("none.csv").toString())) {
      assertThat(demo.exitCode()).isEqualTo(1);
      assertThat(demo.output())
          .contains("there is no file " + directory.resolve("none.csv"))
          .doesNotContain("starting");
    }
  }

  private void assertPdfIsRefused() throws Exception {
    Path pdf = directory.resolve("inventory.csv");
    Files.writeString(
        pdf, "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj\n", StandardCharsets.ISO_8859_1);
    try (SkeinProcess demo = skein("demo", "--exit", pdf.toString())) {
      assertThat(demo.exitCode()).isEqualTo(1);
      assertThat(demo.output())
          .contains("inventory.csv: The file is a PDF document, not CSV")
          .doesNotContain("unexpected failure");
      assertThat(state().isSupervised()).as("the stack that ran before goes on").isTrue();
    }
  }

  private void assertCompleted(StackState running, String flow) throws Exception {
    String token =
        new TokenIssuer(new StackDirectory(directory).secret()).issue("demo", "demo", "demo");
    URI instance = URI.create(String.valueOf(running.api().getLast().url()));
    try (SkeinApi api = new SkeinApi(List.of(instance), token)) {
      assertThat(api.flow(flow).isCompleted()).isTrue();
      assertThat(api.report(flow).rows().read()).isPositive();
    }
  }

  private void assertNothingLeft(StackState stack) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(stack.isSupervised()).isFalse();
          assertThat(membersAlive(stack)).isEmpty();
          assertNothingOfThisDirectoryRuns();
        });
  }

  private void assertNothingOfThisDirectoryRuns() {
    assertThat(directory.resolve("lock")).doesNotExist();
    assertThat(directory.resolve("stack.json")).doesNotExist();
    assertThat(Stream.of(1, 2, 51, 52, 71, 72, 90, 91).map(offset -> base + offset))
        .filteredOn(port -> port != base + 2)
        .allMatch(FreePort::isFree);
  }

  private static List<StackState.Member> membersAlive(StackState stack) {
    return Stream.concat(stack.api().stream(), stack.workers().stream())
        .filter(member -> member.process() != null && member.process().isAlive())
        .toList();
  }

  private StackState state() {
    return StackState.read(new StackDirectory(directory)).orElseThrow();
  }

  private Path inventory() {
    return Path.of("..", "samples", "adoptium_servers_2021.csv");
  }

  private SkeinProcess skein(String command, String... more) throws Exception {
    Stream<String> options =
        Stream.of(command, "--data", directory.toString(), "--port-base", String.valueOf(base));
    return SkeinProcess.start(
        directory, Map.of(), Stream.concat(options, Stream.of(more)).toArray(String[]::new));
  }

  /** A command without ports. */
  private SkeinProcess plain(String command) throws Exception {
    return SkeinProcess.start(directory, Map.of(), command, "--data", directory.toString());
  }

  /** Below what {@link FreePort#find} gives to others. */
  private static int freeBase() {
    while (true) {
      int candidate = ThreadLocalRandom.current().nextInt(4_000, 9_900);
      if (Stream.of(1, 2, 51, 52, 71, 72, 90, 91)
          .allMatch(offset -> FreePort.isFree(candidate + offset))) {
        return candidate;
      }
    }
  }
}
