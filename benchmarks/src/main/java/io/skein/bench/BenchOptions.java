package io.skein.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long to measure, with which options, and where to write it down. */
public final class BenchOptions {
  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "a further JVM option of the API instances, such as one that records a profile")
  private List<String> jvmOptions = List.of();

  @Option(
      names = "--rounds",
      converter = AtLeastOne.class,
      paramLabel = "N",
      defaultValue = "5",
      description = "rounds, the rivals in turn in each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      converter = AtLeastOne.class,
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

  /** The options of an API instance's JVM. */
  List<String> apiJvm() {
    return Stream.concat(ServerOptions.API.stream(), jvmOptions.stream()).toList();
  }
}
