package io.skein.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Signals to a process and everything below it, by process id. Thread-safe. */
public record ServerProcess(long pid) {
  private static final Duration END_LIMIT = Duration.ofSeconds(20);

  /** Whether a process with this id runs. */
  public boolean isAlive() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent() && !isZombie();
  }

  /**
   * Sends the signal ({@code TERM}, {@code INT}, {@code KILL}) to this process alone; a process
   * that has ended is no error.
   */
  public void signal(String name) {
    signal(name, List.of(pid));
  }

  /**
   * Stops this process and then its children, so that none is born in between; returns when all
   * stand still.
   */
  public void freeze() {
    signal("STOP");
    List<Long> children = descendants();
    signal("STOP", children);
    awaitStandstill(pid);
    children.forEach(ServerProcess::awaitStandstill);
  }

  /** Lets children and process go on. */
  public void thaw() {
    signal("CONT", descendants());
    signal("CONT");
  }

  /** Ends this process and its children with SIGKILL and waits until they are gone. */
  public void kill() {
    List<Long> children = descendants();
    signal("KILL");
    signal("KILL", children);
    children.forEach(child -> new ServerProcess(child).awaitEnd(END_LIMIT));
    awaitEnd(END_LIMIT);
  }

  /**
   * Waits for the end of the process and fails with {@link IllegalStateException} after the limit.
   */
  public void awaitEnd(Duration limit) {
    if (!endsWithin(limit)) {
      throw new IllegalStateException("process " + pid + " did not end within " + limit);
    }
  }

  /** Waits for the end of the process and says whether it came in time. */
  public boolean endsWithin(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (isAlive()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    return true;
  }

  /**
   * A container whose first process reaps nobody keeps ended processes forever. The first thread
   * can have ended before the others, which still hold the ports.
   */
  private boolean isZombie() {
    return Files.isDirectory(threads(pid)) && allThreadsAreIn(pid, "ZX");
  }

  /**
   * The signal is there at once, but a thread on another core runs on until the kernel looks at it.
   */
  private static void awaitStandstill(long pid) {
    long deadline = System.nanoTime() + END_LIMIT.toNanos();
    while (!standsStill(pid)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("process " + pid + " did not freeze within " + END_LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /** Where there is no /proc to look into, the signal has to be trusted. */
  private static boolean standsStill(long pid) {
    return !Files.isDirectory(threads(pid)) || allThreadsAreIn(pid, "TZX");
  }

  private static boolean allThreadsAreIn(long pid, String states) {
    try (Stream<Path> threads = Files.list(threads(pid))) {
      return threads.allMatch(thread -> isIn(thread.resolve("stat"), states));
    } catch (IOException e) {
      return !Files.isDirectory(threads(pid));
    }
  }

  private static Path threads(long pid) {
    return Path.of("/proc", String.valueOf(pid), "task");
  }

  /**
   * The state is the first letter after the name in parentheses; a thread that has ended is in
   * none.
   */
  private static boolean isIn(Path stat, String states) {
    try {
      String text = Files.readString(stat);
      int state = text.lastIndexOf(')') + 2;
      return states.indexOf(text.charAt(state)) >= 0;
    } catch (IOException e) {
      return !Files.exists(stat);
    }
  }

  private List<Long> descendants() {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid)
        .toList();
  }

  private static void signal(String name, List<Long> pids) {
    if (pids.isEmpty()) {
      return;
    }
    List<String> command =
        Stream.concat(Stream.of("kill", "-" + name), pids.stream().map(String::valueOf)).toList();
    try {
      Process kill =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      kill.waitFor();
    } catch (IOException e) {
      throw new IllegalStateException("cannot send SIG" + name + " to " + pids, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending SIG" + name + " to " + pids, e);
    }
  }
}
