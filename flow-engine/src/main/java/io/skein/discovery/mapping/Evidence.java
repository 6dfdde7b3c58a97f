package io.skein.discovery.mapping;

import java.util.Locale;

/** Says in sentences what speaks for a field. */
final class Evidence {
  private Evidence() {}

  static String ofName(Column column, HeaderMatch name) {
    if (!column.name().isGiven()) {
      return "The column has no name.";
    }
    if (name.strength() == 0) {
      return "The name \"" + column.name().text() + "\" does not say it.";
    }
    if (!name.whole()) {
      return "The name \""
          + column.name().text()
          + "\" contains \""
          + name.phrase()
          + "\", among words that may change its meaning.";
    }
    String how = name.strength() >= 0.85 ? "means it" : "may mean it, and other things";
    return "The name \"" + column.name().text() + "\" " + how + ".";
  }

  static String ofValues(Field field, ColumnProfile values, ValueFit fit) {
    if (values.filled() == 0) {
      return "The sample holds no values of this column.";
    }
    String share = String.format(Locale.ROOT, "%.0f %%", 100 * Math.min(1, fit.agreement()));
    String different = String.format(Locale.ROOT, "%.0f %%", 100 * values.distinct());
    return "The "
        + values.filled()
        + " sampled values ("
        + different
        + " different) suit "
        + field
        + " by "
        + share
        + weight(fit)
        + ".";
  }

  private static String weight(ValueFit fit) {
    return switch (fit.weight()) {
      case NEUTRAL -> ", but such values could mean other things too";
      case MEDIUM -> "";
      case STRONG, UNMISTAKABLE -> "; hardly anything else looks like this";
    };
  }
}
