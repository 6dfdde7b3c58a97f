package io.skein.api.auth;

import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** Decides whether a request that reached the doors may go on now. Thread safe. */
@FunctionalInterface
public interface Admission {

  /**
   * Lets the request go on, or answers it.
   *
   * @param caller who it is; null for one who signs in, or whose credential was refused
   * @throws io.skein.api.http.ProblemException 429 when there were too many
   */
  void admit(Context context, @Nullable Caller caller);
}
