package io.skein.bench.load;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What the load generator saw.
 *
 * @param open streams that are open
 * @param broken streams that were refused, or ended before they were to
 * @param deliveries stamped events
 * @param bytes of everything
 * @param p50Micros from the stamp to the read, microseconds
 * @param p99Micros the same of the slowest hundredth
 * @param maxMicros the same of the slowest
 */
public record LoadFigures(
    int open,
    int broken,
    long deliveries,
    long bytes,
    long p50Micros,
    long p99Micros,
    long maxMicros) {

  String line() {
    return LongStream.of(open, broken, deliveries, bytes, p50Micros, p99Micros, maxMicros)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  static LoadFigures parse(String line) {
    long[] read = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new LoadFigures(
        (int) read[0], (int) read[1], read[2], read[3], read[4], read[5], read[6]);
  }
}
