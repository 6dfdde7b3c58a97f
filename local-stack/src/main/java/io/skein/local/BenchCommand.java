package io.skein.local;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands in the help; the script starts the module {@code benchmarks} instead. */
@Command(
    name = "bench",
    description =
        "Measures Skein against its rivals: bench events, sse, tasks, cache, locks, limits,"
            + " overhead.")
final class BenchCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.err.println("skein: run the benchmarks by the script: ./skein bench");
    return 1;
  }
}
