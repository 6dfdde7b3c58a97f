package io.skein.bench;

import java.util.List;

/** JVM options of the measured processes; the later of two that contradict each other wins. */
public final class ServerOptions {
  /** What a server has, unlike the small JVMs of the demo. */
  public static final List<String> API =
      List.of(
          "-Xmx1g",
          "-Xmn64m",
          "-XX:TieredStopAtLevel=4",
          "-XX:+UseCompactObjectHeaders",
          "-XX:-ShrinkHeapInSteps",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10");

  private ServerOptions() {}
}
