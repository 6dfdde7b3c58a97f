package io.skein.api.auth;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.regex.Pattern;

/**
 * A route that needs no credential. {@code GET} opens {@code HEAD} as well.
 *
 * @param path the whole path as it was sent; what is percent-encoded or has dots that climb is
 *     never open
 */
public record OpenRoute(HandlerType method, Pattern path) {
  private static final Pattern TWISTED = Pattern.compile("[%;\\\\]|//|\\.\\.");

  public static OpenRoute exactly(HandlerType method, String path) {
    return new OpenRoute(method, Pattern.compile(Pattern.quote(path)));
  }

  boolean matches(Context context) {
    String asked = context.path();
    return methodMatches(context.method())
        && path.matcher(asked).matches()
        && !TWISTED.matcher(asked).find();
  }

  private boolean methodMatches(HandlerType asked) {
    return method.equals(asked)
        || (HandlerType.GET.equals(method) && HandlerType.HEAD.equals(asked));
  }
}
