package io.skein.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Locale;

/** What a figure depends on. */
public final class Machine {
  private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();

  /** Cores, operating system and JDK, in words. */
  public String description() {
    return "%d cores, %s %s, JDK %s"
        .formatted(
            system.getAvailableProcessors(),
            system.getName(),
            system.getVersion(),
            Runtime.version());
  }

  /** Processes that wanted a core, over the last minute. */
  public double load() {
    return Double.parseDouble(String.format(Locale.ROOT, "%.2f", system.getSystemLoadAverage()));
  }
}
