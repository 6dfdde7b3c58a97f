package io.skein.local.stack;

import io.skein.testing.ServerProcess;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/** A stack seen from another process than the one that runs it. */
public record RunningStack(StackDirectory directory, StackState state) {
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

  /** The stack of this directory, if its supervisor runs. */
  public static Optional<RunningStack> in(StackDirectory directory) {
    return StackState.read(directory)
        .filter(StackState::isSupervised)
        .map(state -> new RunningStack(directory, state));
  }

  /** How a stack was ended. */
  public enum Ending {
    IN_ORDER,
    LEFTOVERS_ENDED,
    NOTHING_RAN
  }

  /** Ends whatever runs for this directory and returns when it is gone. */
  public static Ending end(StackDirectory directory) {
    Optional<RunningStack> running = in(directory);
    running.ifPresent(stack -> stopSupervisor(stack.state().supervisor()));
    Optional<StackState> left = StackState.read(directory);
    left.ifPresent(state -> LeftoverProcesses.end(directory, state));
    removeLeftoverLock(directory);
    if (running.isPresent() && left.isEmpty()) {
      return Ending.IN_ORDER;
    }
    return left.isPresent() ? Ending.LEFTOVERS_ENDED : Ending.NOTHING_RAN;
  }

  /** The kernel gave back the lock of a supervisor that was killed, but its file is still there. */
  private static void removeLeftoverLock(StackDirectory directory) {
    if (Files.exists(directory.lockFile())) {
      StackLock.tryTake(directory.lockFile()).ifPresent(StackLock::close);
    }
  }

  private static void stopSupervisor(ProcessRecord supervisor) {
    ServerProcess process = new ServerProcess(supervisor.pid());
    process.signal("TERM");
    process.signal("CONT");
    if (!process.endsWithin(STOP_LIMIT)) {
      process.kill();
    }
  }
}
