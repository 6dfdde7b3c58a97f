package io.skein.discovery.mapping;

import io.skein.discovery.mapping.ValueFit.Weight;

/**
 * Weighs a column name against its values.
 *
 * <p>A name that means one thing and values that agree come out above 0.85. A name that accounts
 * for only some of its words stays below whatever the values say, since "target OS" holds operating
 * systems too. So do values without a name, unless they are unmistakable, and a name that its
 * values contradict.
 */
final class Confidence {
  /** The most that anything short of certain may reach. */
  static final double DOUBTFUL = 0.82;

  /** A name whose other words turn its meaning: a backup server, an install date. */
  private static final double TURNED = 0.4;

  private static final int ENOUGH_VALUES = 10;

  private Confidence() {}

  static double of(HeaderMatch name, ValueFit values, int filled) {
    if (filled == 0) {
      return name.whole() && name.strength() >= 0.95 ? Mapping.THRESHOLD : 0.7 * name.strength();
    }
    if (name.strength() == 0) {
      return ofValuesAlone(values, filled);
    }
    if (!name.whole() && name.strength() < TURNED) {
      return name.strength() * agreementFactor(values.agreement());
    }
    double confidence =
        base(name.strength(), values.weight()) * agreementFactor(values.agreement());
    return name.whole() ? confidence : Math.min(DOUBTFUL, confidence);
  }

  private static double ofValuesAlone(ValueFit values, int filled) {
    if (filled < ENOUGH_VALUES) {
      return 0;
    }
    double agreement = values.agreement();
    return switch (values.weight()) {
      case UNMISTAKABLE -> agreement >= 0.95 ? 0.87 : 0.75 * agreement;
      case STRONG -> 0.75 * agreement;
      case MEDIUM -> 0.45 * agreement;
      case NEUTRAL -> 0;
    };
  }

  private static double base(double strength, Weight weight) {
    return switch (weight) {
      case UNMISTAKABLE, STRONG -> 0.77 + 0.2 * strength;
      case MEDIUM -> 0.42 + 0.52 * strength;
      case NEUTRAL -> 0.3 + 0.6 * strength;
    };
  }

  /** Nine in ten agreeing values are enough; below one half the values contradict the name. */
  private static double agreementFactor(double agreement) {
    if (agreement >= 0.9) {
      return 1;
    }
    if (agreement >= 0.5) {
      return 0.7 + 0.3 * (agreement - 0.5) / 0.4;
    }
    return agreement >= 0.1 ? 0.52 + 0.45 * (agreement - 0.1) : 2 * agreement;
  }
}
