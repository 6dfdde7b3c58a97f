package io.skein.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long to measure, and where to write it down. */
public final class BenchOptions {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "rounds, the rivals in turn in each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "seconds of each measurement of a round (default: ${DEFAULT-VALUE})")
  private int seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "writes every round there, too")
  private @Nullable Path json;

  public int rounds() {
    return rounds;
  }

  public int seconds() {
    return seconds;
  }

  public @Nullable Path json() {
    return json;
  }
}
