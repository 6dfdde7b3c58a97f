package io.skein.bench.load;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What came of the requests of a while.
 *
 * @param answers with status 200
 * @param others with another status
 * @param nanos it took
 * @param p50Micros from the request to the end of its answer, microseconds
 * @param p99Micros the same of the slowest hundredth
 */
public record RouteFigures(long answers, long others, long nanos, long p50Micros, long p99Micros) {

  public double aSecond() {
    return answers * 1e9 / nanos;
  }

  String line() {
    return LongStream.of(answers, others, nanos, p50Micros, p99Micros)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  static RouteFigures parse(String line) {
    long[] read = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new RouteFigures(read[0], read[1], read[2], read[3], read[4]);
  }
}
