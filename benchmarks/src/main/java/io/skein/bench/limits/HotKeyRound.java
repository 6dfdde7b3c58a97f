package io.skein.bench.limits;

import io.github.bucket4j.Bucket;
import io.skein.bench.Report;
import io.skein.limits.Policy;
import io.skein.limits.RateLimiter;
import io.skein.limits.Subject;
import java.time.Duration;

/**
 * 64 threads that check one subject, against Bucket4j on the same Redis: once under a limit that
 * nobody reaches, and once far beyond one. Not thread safe.
 */
final class HotKeyRound implements AutoCloseable {
  private static final int THREADS = 64;
  private static final int WIDE = 1_000_000;
  private static final int NARROW = 1_000;
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final String SKEIN = "hot key of 64 threads, admitted: Skein";
  private static final String RIVAL = "hot key of 64 threads, admitted: Bucket4j";
  private static final String SKEIN_OVER = "hot key of 64 threads, most refused: Skein";
  private static final String RIVAL_OVER = "hot key of 64 threads, most refused: Bucket4j";

  private final Report report;
  private final RateLimiter limiter;
  private final Bucket4jRival rival;
  private final Bucket wide;
  private final Bucket narrow;
  private final Subject subject = Subject.of("hot");

  HotKeyRound(LimitServer server, Report report) {
    this.report = report;
    this.limiter = new RateLimiter(server.redis(), () -> 1);
    this.rival = new Bucket4jRival(server.url());
    this.wide = rival.bucket("wide", WIDE, WINDOW);
    this.narrow = rival.bucket("narrow", NARROW, WINDOW);
  }

  void warmUp(Duration time) {
    skein(WIDE, time);
    rival(wide, time);
    skein(NARROW, time);
    rival(narrow, time);
  }

  void run(Duration time) {
    long before = limiter.counts().local();
    report.add(SKEIN, skein(WIDE, time), "/s");
    report.add(RIVAL, rival(wide, time), "/s");
    report.add(SKEIN_OVER, skein(NARROW, time), "/s");
    report.add(RIVAL_OVER, rival(narrow, time), "/s");
    report.add("checks that did not reach Redis", limiter.counts().local() - before, "");
  }

  /** How many checks are made in the time of one of Bucket4j. */
  double times() {
    return report.median(SKEIN) / report.median(RIVAL);
  }

  private double skein(int limit, Duration time) {
    Policy policy = Policy.of("limit-" + limit, limit, WINDOW);
    return Checks.together(THREADS, time, number -> limiter.tryAcquire(subject, policy));
  }

  private static double rival(Bucket bucket, Duration time) {
    return Checks.together(THREADS, time, number -> bucket.tryConsume(1));
  }

  @Override
  public void close() {
    rival.close();
  }
}
