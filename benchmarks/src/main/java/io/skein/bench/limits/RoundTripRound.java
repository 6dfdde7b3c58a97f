package io.skein.bench.limits;

import io.skein.bench.Report;
import io.skein.limits.Decision;
import io.skein.limits.Policy;
import io.skein.limits.RateLimiter;
import io.skein.limits.Subject;
import io.skein.redis.LuaScript;
import java.time.Duration;
import java.util.List;

/**
 * One thread that checks, against a script that does nothing with the same keys, arguments and size
 * of answer, by the same client. Not thread safe.
 */
final class RoundTripRound {
  private static final LuaScript BARE =
      LuaScript.load(RoundTripRound.class, "answer_constants.lua");
  private static final Policy POLICY = Policy.of("user", 100, Duration.ofMinutes(1));
  private static final Policy PER_SECOND = Policy.of("burst", 50, Duration.ofSeconds(1));
  private static final List<String> ARGUMENTS = List.of("100", "60000000", "0");

  /** So many that none is refused while a round lasts. */
  private static final int SUBJECTS = 10_000;

  private static final String ADMITTED = "checks of one thread, admitted";
  private static final String BARE_CALL = "script calls of one thread that do nothing";
  private static final String REFUSED = "checks of one thread, refused";
  private static final String TWO = "checks of one thread, two policies at once, admitted";

  private final LimitServer server;
  private final RateLimiter limiter;
  private final Report report;
  private int round;

  RoundTripRound(LimitServer server, Report report) {
    this.server = server;
    this.limiter = new RateLimiter(server.redis(), () -> 1);
    this.report = report;
  }

  void warmUp(Duration time) {
    admitted(time);
    bare(time);
    refused(time);
    two(time);
  }

  /**
   * @throws IllegalStateException when Redis was too slow to decide: the machine is too busy
   */
  void run(Duration time) {
    long before = limiter.counts().local();
    report.add(BARE_CALL, bare(time), "/s");
    report.add(ADMITTED, admitted(time), "/s");
    report.add(REFUSED, refused(time), "/s");
    report.add(TWO, two(time), "/s");
    if (limiter.counts().local() > before) {
      throw new IllegalStateException("some checks did not reach Redis: " + limiter.counts());
    }
  }

  /** Of what an admission is, in a bare script call. */
  double share() {
    return report.median(ADMITTED) / report.median(BARE_CALL);
  }

  private double bare(Duration time) {
    return Checks.alone(
        time,
        number -> {
          String group = subject(number).group();
          String key = server.redis().keys().rateLimit(group, "log", POLICY.name(), "");
          BARE.run(server.redis().jedis(), List.of(key), ARGUMENTS);
        });
  }

  private double admitted(Duration time) {
    round++;
    return Checks.alone(time, number -> demand(true, limiter.tryAcquire(subject(number), POLICY)));
  }

  private double refused(Duration time) {
    Subject greedy = Subject.of("greedy-" + round);
    for (int request = 0; request < POLICY.limit(); request++) {
      limiter.tryAcquire(greedy, POLICY);
    }
    return Checks.alone(time, number -> limiter.tryAcquire(greedy, POLICY));
  }

  private double two(Duration time) {
    round++;
    return Checks.alone(
        time, number -> demand(true, limiter.tryAcquire(subject(number), PER_SECOND, POLICY)));
  }

  private Subject subject(long number) {
    return Subject.of("user-" + round + "-" + number % SUBJECTS);
  }

  private static void demand(boolean allowed, Decision decision) {
    if (decision.allowed() != allowed) {
      throw new IllegalStateException("decided otherwise than meant: " + decision);
    }
  }
}
