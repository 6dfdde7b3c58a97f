package io.skein.bench.load;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What clients saw that asked and asked again.
 *
 * @param requests that were answered
 * @param nanos that it took
 * @param p50Micros from sending to the last byte, microseconds
 * @param p99Micros the same of the slowest hundredth
 */
public record RequestFigures(long requests, long nanos, long p50Micros, long p99Micros) {

  public double perSecond() {
    return requests * 1e9 / nanos;
  }

  String line() {
    return LongStream.of(requests, nanos, p50Micros, p99Micros)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  static RequestFigures parse(String line) {
    long[] read = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new RequestFigures(read[0], read[1], read[2], read[3]);
  }
}
