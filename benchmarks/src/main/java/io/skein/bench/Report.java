package io.skein.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a benchmark says: each figure as it comes, medians and spreads at the end, targets last. */
public final class Report {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final PrintWriter out;
  private final Machine machine;
  private final Map<String, Series> series = new LinkedHashMap<>();
  private final List<Target> targets = new ArrayList<>();
  private final List<Double> loads = new ArrayList<>();

  /** A report that is printed while it grows. */
  public Report(PrintWriter out, Machine machine) {
    this.out = out;
    this.machine = machine;
  }

  /** What is going on, for who watches. */
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Measures in rounds. */
  public void rounds(int number, Runnable each) {
    for (int round = 1; round <= number; round++) {
      round(round, number);
      each.run();
    }
  }

  /** Begins a round; notes how busy the machine is with other things. */
  public void round(int number, int of) {
    loads.add(machine.load());
    say("round %d of %d, load average %.2f".formatted(number, of, machine.load()));
  }

  /** A figure of this round. */
  public void add(String name, double figure, String unit) {
    series.computeIfAbsent(name, key -> new Series(key, unit)).add(figure);
    say("  %-60s %s %s".formatted(name, number(figure), unit));
  }

  /** The median of a figure over the rounds. */
  public double median(String name) {
    return measured(name).median();
  }

  /**
   * A figure in the worst of the rounds: for what has to be so in every one of them.
   *
   * @param wanted what it should be; more is as bad as less
   */
  public double worst(String name, double wanted) {
    return measured(name).furthestFrom(wanted);
  }

  private Series measured(String name) {
    Series found = series.get(name);
    if (found == null) {
      throw new IllegalArgumentException("nothing was measured as " + name);
    }
    return found;
  }

  public void target(Target target) {
    targets.add(target);
  }

  /**
   * Prints medians and targets, and writes the file.
   *
   * @return the exit code: 0 when all targets are met
   */
  public int finish(String command, Clock clock, @Nullable Path json) {
    say("");
    say("median (least … most) of the rounds; " + machine.description());
    series
        .values()
        .forEach(one ->
            say(
                "  %-60s %s (%s … %s) %s"
                    .formatted(
                        one.name(),
                        number(one.median()),
                        number(one.least()),
                        number(one.most()),
                        one.unit())));
    say("");
    targets.forEach(target -> say(target.toString()));
    if (json != null) {
      write(command, clock, json);
    }
    return targets.stream().allMatch(Target::met) ? 0 : 1;
  }

  private void write(String command, Clock clock, Path file) {
    ObjectNode root = JSON.createObjectNode();
    root.put("command", command).put("at", clock.instant().toString());
    root.put("machine", machine.description());
    ArrayNode busy = root.putArray("loadAverages");
    loads.forEach(busy::add);
    ArrayNode all = root.putArray("figures");
    for (Series one : series.values()) {
      ObjectNode node = all.addObject().put("name", one.name()).put("unit", one.unit());
      node.put("median", one.median()).put("least", one.least()).put("most", one.most());
      ArrayNode rounds = node.putArray("rounds");
      one.figures().forEach(rounds::add);
    }
    ArrayNode verdicts = root.putArray("targets");
    for (Target target : targets) {
      ObjectNode node = verdicts.addObject().put("name", target.name());
      node.put("figure", target.figure()).put("wanted", target.wanted()).put("met", target.met());
    }
    try {
      Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** With all its digits: 99.9999 % is not 100 %. */
  public static String percent(double figure) {
    return BigDecimal.valueOf(figure).stripTrailingZeros().toPlainString() + "%";
  }

  /** Three digits that matter, and never an exponent. */
  public static String number(double figure) {
    String format = Math.abs(figure) >= 100 ? "%,.0f" : Math.abs(figure) >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, figure);
  }
}
