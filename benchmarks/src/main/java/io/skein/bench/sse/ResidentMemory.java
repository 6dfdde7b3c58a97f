package io.skein.bench.sse;

import io.skein.bench.Report;
import io.skein.bench.Schedule;
import io.skein.bench.load.LoadGenerator;
import io.skein.local.stack.StackProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What idle streams cost a process, as the operating system sees it. Linux only. */
final class ResidentMemory {
  /** Longer than a heartbeat, so that each stream has written one. */
  private static final Duration IDLE = Duration.ofSeconds(20);

  private static final int WARM_UP = 500;

  private ResidentMemory() {}

  static String of(int connections) {
    return "resident memory of each of %,d idle streams".formatted(connections);
  }

  /** Opens ever more streams of a process that has just started. */
  static void measure(
      Contender contender, StackProcess process, LoadGenerator load, int[] steps, Report report) {
    contender.begin();
    load.open(WARM_UP, contender.port(), contender.requests());
    load.closeStreams();
    contender.end();
    contender.begin();
    Schedule.pause(Duration.ofSeconds(2));
    long before = settled(process);
    int open = 0;
    for (int connections : steps) {
      load.open(connections - open, contender.port(), contender.requests());
      open = connections;
      Schedule.pause(IDLE);
      long each = (settled(process) - before) / connections;
      report.add(of(connections), each / 1024.0, "KiB");
    }
    load.closeStreams();
    contender.end();
  }

  /** Bytes that are in memory after the garbage is gone. */
  private static long settled(StackProcess process) {
    try {
      Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      new ProcessBuilder(jcmd.toString(), String.valueOf(process.pid()), "GC.run")
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot see the memory of " + process.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring memory", e);
    }
  }
}
