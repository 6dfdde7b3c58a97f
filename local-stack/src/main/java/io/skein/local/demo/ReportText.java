package io.skein.local.demo;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as lines for people. */
public final class ReportText {
  private static final int MOST_NAMED = 12;

  private ReportText() {}

  /** The figures of the report, one subject a line. */
  public static List<String> lines(Report report) {
    Report.Lifecycle lifecycle = report.lifecycle();
    return List.of(
        "rows          %d read, %d accepted, %d rejected"
            .formatted(report.rows().read(), report.rows().accepted(), report.rows().rejected()),
        "assets        %d (%s)"
            .formatted(report.assets().total(), counts(report.assets().byType())),
        "columns       " + columns(report),
        "dependencies  %s edges, %s cycles, %s clusters, %s waves"
            .formatted(
                size(report.dependencies().edges()),
                size(report.dependencies().cycles()),
                size(report.dependencies().clusters()),
                size(report.dependencies().waves())),
        "lifecycle     as of %s: %d ended (%d of them with extended support), %d supported, %d unmatched, %d without an OS; %d are nothing that runs one"
            .formatted(
                report.asOf(),
                lifecycle.ended(),
                lifecycle.endedWithExtendedSupport(),
                lifecycle.supported(),
                lifecycle.unmatched(),
                lifecycle.missing(),
                report.assets().total() - lifecycle.assessed()),
        "6R            " + counts(report.sixR()));
  }

  private static String columns(Report report) {
    List<String> unmapped =
        report.mapping().stream()
            .filter(column -> column.field() == null)
            .map(Report.Mapping::column)
            .toList();
    String text =
        "%d mapped, %d unmapped"
            .formatted(report.mapping().size() - unmapped.size(), unmapped.size());
    if (unmapped.isEmpty()) {
      return text;
    }
    String named = unmapped.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    return text + ": " + named + (unmapped.size() > MOST_NAMED ? ", …" : "");
  }

  private static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String size(@Nullable Object countOrList) {
    return switch (countOrList) {
      case null -> "0";
      case Collection<?> list -> String.valueOf(list.size());
      default -> countOrList.toString();
    };
  }
}
