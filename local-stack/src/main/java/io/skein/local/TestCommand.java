package io.skein.local;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands in the help; the script handles it before this application is built. */
@Command(
    name = "test",
    description =
        "Builds and tests: mvn verify, with the arguments that follow; --all runs everything that CI"
            + " runs.")
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.err.println("skein: run the tests by the script: ./skein test");
    return 1;
  }
}
