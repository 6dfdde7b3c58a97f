package io.skein.telemetry.series;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/**
 * An instance's name with what tells its processes apart: a successor counts from nothing. It says
 * when the process began, so that of two of one instance the later is known.
 */
final class ProcessName {
  /** Of two processes of one instance the one that began later is greater. */
  static final Comparator<String> BY_BEGIN =
      Comparator.comparingLong(ProcessName::begin).thenComparing(Comparator.naturalOrder());

  private static final char MARK = '#';
  private static final char END_OF_BEGIN = '-';

  private ProcessName() {}

  static String fresh(String instance, Instant begin) {
    return instance.replace('|', '_')
        + MARK
        + begin.toEpochMilli()
        + END_OF_BEGIN
        + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Another name of the same process, for a time that it has already counted in. */
  static String again(String process, long number) {
    return process + END_OF_BEGIN + number;
  }

  static String instanceOf(String process) {
    return process.substring(0, process.lastIndexOf(MARK));
  }

  /** 0 for a name that does not say it. */
  private static long begin(String process) {
    int from = process.lastIndexOf(MARK) + 1;
    int to = process.indexOf(END_OF_BEGIN, from);
    try {
      return to < 0 ? 0 : Long.parseLong(process, from, to, 10);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
