package io.skein.local;

import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackDirectory;
import io.skein.local.stack.StackFailure;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which stack a command is about: the option that all of them share. */
final class StackLocation {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "where the stack keeps data, logs and secret (default: .skein beside the skein script)")
  private @Nullable Path data;

  StackDirectory directory() {
    Path path = data == null ? home().resolve(".skein") : data;
    return new StackDirectory(path.toAbsolutePath().normalize());
  }

  /** How to call another command for the same stack. */
  String command(String name) {
    return "./skein " + name + (data == null ? "" : " --data " + directory().path());
  }

  RunningStack requireRunning() {
    return RunningStack.in(directory())
        .orElseThrow(() ->
            new StackFailure(
                "no stack runs in %s; start one with: %s"
                    .formatted(directory().path(), command("up"))));
  }

  /** Fails when a stack runs here already. */
  void requireFree() {
    if (RunningStack.in(directory()).isPresent()) {
      throw new StackFailure(
          "a stack runs in %s already; see it with %s, end it with %s"
              .formatted(directory().path(), command("status"), command("down")));
    }
  }

  /** The folder of the skein script, which passes it on. */
  static Path home() {
    return Path.of(System.getProperty("skein.home", ".")).toAbsolutePath().normalize();
  }
}
