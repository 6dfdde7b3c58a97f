package io.skein.bench.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** The processor time of processes, from /proc; zero where there is none. */
final class CpuTime {
  /** What Linux counts in, for all programs. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** The first field after the name in parentheses is the state, the third of the process. */
  private static final int USER = 14 - 3;

  private CpuTime() {}

  /** Of a process and all below it, those that have ended and were waited for included. */
  static Duration ofTree(long root) {
    long ticks =
        ProcessHandle.of(root).stream()
            .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
            .mapToLong(process -> ticks(process.pid()))
            .sum();
    return TICK.multipliedBy(ticks);
  }

  /** Of one process, without those below it that run. */
  static Duration of(long pid) {
    return TICK.multipliedBy(ticks(pid));
  }

  /** User, system, and both of the children that have ended. */
  private static long ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long sum = 0;
      for (int field = USER; field < USER + 4; field++) {
        sum += Long.parseLong(fields[field]);
      }
      return sum;
    } catch (IOException e) {
      return 0; // it ended in this moment, and its parent counts it
    }
  }
}
