package io.skein.api.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters that a route takes in its query. One that it does not know, or without a value, is
 * refused, not ignored: such a filter would otherwise match everything. Immutable.
 *
 * @param single parameters that may be given once
 * @param lists parameters that may be repeated
 */
public record QueryParameters(Set<String> single, Set<String> lists) {
  private static final QueryParameters NONE = of();

  /** Of a page; an empty one is the beginning. */
  private static final Set<String> PLACES = Set.of("after", "before");

  public QueryParameters {
    single = Set.copyOf(single);
    lists = Set.copyOf(lists);
  }

  /** Takes these, each at most once. */
  public static QueryParameters of(String... names) {
    return new QueryParameters(Set.copyOf(Arrays.asList(names)), Set.of());
  }

  /** {@link #of} without any, for a route. */
  public static Handler none(Handler route) {
    return NONE.of(route);
  }

  /** These too, each at most once. */
  public QueryParameters and(String... names) {
    Set<String> more = new TreeSet<>(single);
    more.addAll(Arrays.asList(names));
    return new QueryParameters(more, lists);
  }

  /** These too, which may be repeated. */
  public QueryParameters andLists(String... names) {
    return new QueryParameters(single, Set.copyOf(Arrays.asList(names)));
  }

  /** The route, behind {@link #check}. */
  public Handler of(Handler route) {
    return context -> {
      check(context);
      route.handle(context);
    };
  }

  /**
   * Checks the names in the query of a request.
   *
   * @throws ProblemException 400 when the route does not know one, or it is given twice or empty
   */
  public void check(Context context) {
    for (Map.Entry<String, List<String>> given : context.queryParamMap().entrySet()) {
      String name = given.getKey();
      if (!single.contains(name) && !lists.contains(name)) {
        throw malformed("There is no parameter " + name + " here. " + known());
      }
      if (given.getValue().contains("") && !PLACES.contains(name)) {
        throw malformed(name + " is empty. Give it a value, or leave it out.");
      }
      if (!lists.contains(name) && given.getValue().size() > 1) {
        throw malformed(name + " is given more than once. Send it once.");
      }
    }
  }

  private String known() {
    Set<String> names = new TreeSet<>(single);
    names.addAll(lists);
    return names.isEmpty()
        ? "This route takes none in its query."
        : "This route takes " + String.join(", ", names) + ".";
  }

  private static ProblemException malformed(String detail) {
    return Problem.of(ProblemType.MALFORMED_REQUEST, detail).exception();
  }
}
