package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/** Looks at every window of recorded admissions, wherever it begins. */
final class Windows {
  private Windows() {}

  /** More than the limit in one window means: the one of that many places later is too near. */
  static void assertNoneHoldsMoreThan(int limit, Duration window, List<Duration> admissions) {
    List<Duration> sorted = admissions.stream().sorted().toList();
    assertThat(sorted).as("enough to judge by").hasSizeGreaterThan(limit);
    for (int i = limit; i < sorted.size(); i++) {
      assertThat(sorted.get(i).minus(sorted.get(i - limit)))
          .as("between admissions %s and %s", i - limit, i)
          .isGreaterThanOrEqualTo(window);
    }
  }
}
