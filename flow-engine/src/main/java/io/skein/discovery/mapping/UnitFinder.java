package io.skein.discovery.mapping;

import org.jspecify.annotations.Nullable;

/** Finds the unit of bare numbers in a memory or storage column. */
final class UnitFinder {
  /**
   * What is known of the unit.
   *
   * @param unit null when each cell writes its own
   * @param certain whether name or magnitude leave no doubt
   */
  record Found(@Nullable Unit unit, boolean certain, String evidence) {}

  private UnitFinder() {}

  static Found find(Field field, Column column) {
    Unit named = column.name().unit();
    if (named != null) {
      return new Found(named, true, "The name gives the unit " + named + ".");
    }
    if (column.values().share(Trait.WHOLE_NUMBER) < 0.5) {
      return new Found(null, true, "Most cells write their unit themselves.");
    }
    double median = column.values().median();
    return field == Field.MEMORY ? memory(median) : storage(median);
  }

  /**
   * Machines have 0.5 GB to 1.5 TB of memory; where two units would both do, the likelier one is
   * uncertain.
   */
  private static Found memory(double median) {
    if (median >= 5e7) {
      return guessed(Unit.BYTES, true, median);
    }
    if (median >= 2e6) {
      return guessed(Unit.KB, true, median);
    }
    return median >= 512
        ? guessed(Unit.MB, median >= 1_024, median)
        : guessed(Unit.GB, median <= 300, median);
  }

  private static Found storage(double median) {
    if (median >= 5e9) {
      return guessed(Unit.BYTES, true, median);
    }
    if (median >= 1e7) {
      return guessed(Unit.KB, median >= 2e7, median);
    }
    return median >= 10_000
        ? guessed(Unit.MB, median >= 20_000, median)
        : guessed(Unit.GB, median <= 5_000, median);
  }

  private static Found guessed(Unit unit, boolean certain, double median) {
    return new Found(
        unit,
        certain,
        "The unit is not written; a median of "
            + Math.round(median)
            + " speaks for "
            + unit
            + (certain ? "." : ", but another unit is possible."));
  }
}
