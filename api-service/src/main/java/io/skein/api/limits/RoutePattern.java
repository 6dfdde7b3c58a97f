package io.skein.api.limits;

import java.util.Locale;

/**
 * A route as its documentation writes it: {@code POST /api/v1/flows/{flow}/pause}. Immutable.
 *
 * @param method in capitals
 * @param path begins with a slash; a segment in braces stands for any
 */
public record RoutePattern(String method, String path) {

  public RoutePattern {
    if (!method.matches("[A-Z]{1,20}") || !path.matches("/[!-~]{0,200}")) {
      throw new IllegalArgumentException("no route: " + method + " " + path);
    }
  }

  /**
   * Reads a route.
   *
   * @throws IllegalArgumentException when it is not a method, a space and a path
   */
  public static RoutePattern parse(String text) {
    int space = text.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException("no route: " + text);
    }
    return new RoutePattern(
        text.substring(0, space).toUpperCase(Locale.ROOT), text.substring(space + 1).strip());
  }

  /** As the router sees it: a slash at the end means nothing, and HEAD is a GET. */
  boolean matches(String askedMethod, String askedPath) {
    boolean head = askedMethod.equals("HEAD") && method.equals("GET");
    if (!head && !method.equals(askedMethod)) {
      return false;
    }
    int at = 0;
    int asked = 0;
    while (at < path.length() && asked < askedPath.length()) {
      if (path.charAt(at) == '{') {
        at = end(path, at);
        asked = end(askedPath, asked);
      } else if (path.charAt(at++) != askedPath.charAt(asked++)) {
        return false;
      }
    }
    return at == path.length() && isSlashes(askedPath, asked);
  }

  @Override
  public String toString() {
    return method + " " + path;
  }

  private static int end(String path, int from) {
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.length() : slash;
  }

  private static boolean isSlashes(String path, int from) {
    for (int i = from; i < path.length(); i++) {
      if (path.charAt(i) != '/') {
        return false;
      }
    }
    return true;
  }
}
