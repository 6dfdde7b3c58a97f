package io.skein.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings by name and collects every problem, so that an operator mends them all at once.
 * Ask for everything, then call {@link #finish}. Not thread safe.
 */
public final class SettingsReader {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)|0");
  private static final int MAX_PORT = 65_535;

  private final Map<String, String> values;
  private final List<String> problems = new ArrayList<>();

  public SettingsReader(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** A value that must be given; {@code example} shows what it looks like. */
  public String required(String name, String example) {
    String value = value(name);
    if (value == null) {
      problems.add(name + " is missing, for example " + example);
      return example;
    }
    return value;
  }

  public String text(String name, String otherwise) {
    String value = value(name);
    return value == null ? otherwise : value;
  }

  public @Nullable String optional(String name) {
    return value(name);
  }

  /** Values separated by commas; empty when there are none. */
  public List<String> list(String name) {
    String value = value(name);
    return value == null
        ? List.of()
        : Arrays.stream(value.split(",")).map(String::strip).filter(v -> !v.isEmpty()).toList();
  }

  /** A TCP port; 0 lets the system choose. */
  public int port(String name, int otherwise) {
    return Math.toIntExact(number(name, otherwise, 0, MAX_PORT));
  }

  public long number(String name, long otherwise, long least, long most) {
    return parsed(
        name,
        otherwise,
        "a whole number from " + least + " to " + most,
        text -> {
          long number = Long.parseLong(text);
          if (number < least || number > most) {
            throw new IllegalArgumentException("out of range");
          }
          return number;
        });
  }

  /** A duration such as {@code 500ms}, {@code 1s}, {@code 2m}, {@code 1h} or {@code 30d}, or 0. */
  public Duration duration(String name, Duration otherwise) {
    return parsed(
        name, otherwise, "a duration such as 500ms, 1s, 2m, 1h or 30d", SettingsReader::parse);
  }

  /** A value of the caller's own form; what {@code parser} throws is a problem. */
  public <T> T parsed(String name, T otherwise, String form, Function<String, T> parser) {
    String value = value(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      problems.add(name + " must be " + form);
      return otherwise;
    }
  }

  /** Adds a problem that the caller found. */
  public void problem(String sentence) {
    problems.add(sentence);
  }

  /**
   * @throws IllegalArgumentException naming every problem, one a line
   */
  public void finish() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the settings cannot be used:\n  " + String.join("\n  ", problems));
    }
  }

  private @Nullable String value(String name) {
    String value = values.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static Duration parse(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no duration");
    }
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
