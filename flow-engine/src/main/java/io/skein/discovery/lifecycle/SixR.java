package io.skein.discovery.lifecycle;

import java.util.List;
import java.util.Locale;

/**
 * A suggested migration strategy.
 *
 * @param strategy one of the six
 * @param reasons the evidence, strongest first; never empty
 */
public record SixR(Strategy strategy, List<String> reasons) {

  /** Copies the list and refuses an empty one. */
  public SixR {
    reasons = List.copyOf(reasons);
    if (reasons.isEmpty()) {
      throw new IllegalArgumentException("a suggestion needs a reason: " + strategy);
    }
  }

  /** The six strategies. Written in lower case in JSON. */
  public enum Strategy {
    REHOST,
    REPLATFORM,
    REFACTOR,
    REPURCHASE,
    RETIRE,
    RETAIN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
