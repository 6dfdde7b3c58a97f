package io.skein.api.events;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.sse.EventFilter;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The {@code types=} and {@code phases=} of a request: lists with commas, also repeated. */
final class EventFilters {
  private EventFilters() {}

  /**
   * Reads the filter; what is absent or empty lets all pass, an unknown name lets nothing pass.
   *
   * @throws ProblemException 400 when a list has too many names or too long ones
   */
  static EventFilter of(Context context) {
    try {
      return new EventFilter(names(context, "types"), names(context, "phases"));
    } catch (IllegalArgumentException e) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "types and phases take at most %d names of at most %d characters, without U+0000."
                  .formatted(EventFilter.MAX_NAMES, EventFilter.LONGEST_NAME))
          .exception();
    }
  }

  /** PostgreSQL would refuse a question for a name that no event can have. */
  private static String storable(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name holds no U+0000");
    }
    return name;
  }

  private static Set<String> names(Context context, String parameter) {
    return context.queryParams(parameter).stream()
        .flatMap(list -> Arrays.stream(list.split(",")))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .map(EventFilters::storable)
        .collect(Collectors.toSet());
  }
}
