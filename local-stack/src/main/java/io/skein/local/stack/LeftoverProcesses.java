package io.skein.local.stack;

import io.skein.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Ends what a stack left behind whose supervisor was killed. */
final class LeftoverProcesses {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private LeftoverProcesses() {}

  /**
   * Ends the recorded processes that still run, workers first and PostgreSQL last, and removes the
   * record.
   */
  static int end(StackDirectory directory, StackState state) {
    List<ProcessRecord> living = state.livingProcesses();
    for (ProcessRecord process : living) {
      ServerProcess server = new ServerProcess(process.pid());
      server.signal(isPostgres(state, process) ? "INT" : "TERM");
      server.signal("CONT");
      if (!server.endsWithin(STOP_LIMIT)) {
        server.kill();
      }
    }
    try {
      Files.deleteIfExists(directory.stateFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory.stateFile(), e);
    }
    return living.size();
  }

  private static boolean isPostgres(StackState state, ProcessRecord process) {
    return process.equals(state.postgres().process());
  }
}
