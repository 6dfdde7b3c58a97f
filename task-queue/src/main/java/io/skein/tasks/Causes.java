package io.skein.tasks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The causes of a failure, whatever a handler's exception does when it is asked for them. */
final class Causes {
  /** Past it nobody reads; a ring of causes ends here, too. */
  private static final int DEEPEST = 100;

  private Causes() {}

  /** The failure, its cause, the cause of that, and so on; never empty, at most 100. */
  static List<Throwable> of(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    @Nullable Throwable next = failure;
    while (next != null && causes.size() < DEEPEST && !isAmong(causes, next)) {
      causes.add(next);
      next = causeOf(next);
    }
    return causes;
  }

  /** By identity: {@code equals} may be the handler's, too. */
  private static boolean isAmong(List<Throwable> causes, Throwable next) {
    return causes.stream().anyMatch(cause -> cause == next);
  }

  private static @Nullable Throwable causeOf(Throwable failure) {
    try {
      return failure.getCause();
    } catch (RuntimeException | Error e) {
      return null; // it does not want to say
    }
  }
}
