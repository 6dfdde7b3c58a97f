package io.skein.telemetry.series;

import java.util.UUID;

/** An instance's name with what tells its processes apart: a successor counts from nothing. */
final class ProcessName {
  private static final char MARK = '#';

  private ProcessName() {}

  static String fresh(String instance) {
    return instance.replace('|', '_') + MARK + UUID.randomUUID().toString().substring(0, 8);
  }

  static String instanceOf(String process) {
    return process.substring(0, process.lastIndexOf(MARK));
  }
}
