package io.skein.api.limits;

import io.skein.limits.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Policies as settings write them: {@code 10/1s,100/1m}, or {@code off}. */
final class PolicyText {
  static final String FORM = "limits such as 100/1m, several with commas, or off";

  /** In whole seconds, as the headers have them. */
  private static final Pattern ONE = Pattern.compile("(\\d{1,7})/(\\d{1,5})([smhd])");

  private PolicyText() {}

  /**
   * Reads policies. Of several each name says its window.
   *
   * @throws IllegalArgumentException when the text has another form, or two of one window
   */
  static List<Policy> parse(String name, String text) {
    if (text.equals("off")) {
      return List.of();
    }
    List<String> parts = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    List<Policy> policies = new ArrayList<>();
    for (String part : parts) {
      Policy policy = one(name, part);
      policies.add(parts.size() == 1 ? policy : one(name + window(policy), part));
    }
    if (policies.stream().map(Policy::name).distinct().count() < policies.size()) {
      throw new IllegalArgumentException("two limits of one window: " + text);
    }
    return List.copyOf(policies);
  }

  private static Policy one(String name, String text) {
    Matcher matcher = ONE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no limit: " + text);
    }
    long amount = Long.parseLong(matcher.group(2));
    Duration window =
        switch (matcher.group(3)) {
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    return Policy.of(name, Integer.parseInt(matcher.group(1)), window);
  }

  private static String window(Policy policy) {
    return "-" + policy.window().toSeconds() + "s";
  }
}
