package io.skein.api.tasks;

import io.javalin.http.Context;
import io.skein.api.http.Moments;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.tasks.TaskFilter;
import io.skein.tasks.TaskState;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filter in the query of a request, never wider than what the caller may see. */
final class TaskFilters {
  /** What {@link #of} reads. */
  static final QueryParameters PARAMETERS =
      QueryParameters.of(
          "queue",
          "type",
          "state",
          "tenant",
          "flow",
          "error",
          "createdAfter",
          "createdBefore",
          "finishedAfter",
          "finishedBefore");

  private TaskFilters() {}

  /**
   * {@link #of}, for what changes many tasks: to mean all there are takes at least a state.
   *
   * @throws io.skein.api.http.ProblemException 400 also when nothing is filtered
   */
  static TaskFilter demand(Context context) {
    if (PARAMETERS.single().stream().allMatch(name -> given(context, name) == null)) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "Say which tasks: name at least one filter, such as state=dead or queue=default.")
          .exception();
    }
    return of(context);
  }

  /**
   * @throws io.skein.api.http.ProblemException 400 when a value cannot be read
   */
  static TaskFilter of(Context context) {
    String flow = given(context, "flow");
    return VisibleTasks.restricted(
        context,
        new TaskFilter(
            given(context, "queue"),
            given(context, "type"),
            states(given(context, "state")),
            given(context, "tenant"),
            flow == null ? null : PathIds.uuid(flow),
            given(context, "error"),
            Moments.of(context, "createdAfter"),
            Moments.of(context, "createdBefore"),
            Moments.of(context, "finishedAfter"),
            Moments.of(context, "finishedBefore")));
  }

  private static Set<TaskState> states(@Nullable String text) {
    Set<TaskState> states = EnumSet.noneOf(TaskState.class);
    if (text != null) {
      for (String name : text.split(",", -1)) {
        states.add(state(name));
      }
    }
    return states;
  }

  private static TaskState state(String name) {
    for (TaskState state : TaskState.values()) {
      if (TaskNodes.text(state).equals(name.toLowerCase(Locale.ROOT))) {
        return state;
      }
    }
    throw Problem.of(
            ProblemType.MALFORMED_REQUEST,
            "state takes waiting, scheduled, queued, parked, running, succeeded, failed, dead and"
                + " cancelled, with commas.")
        .exception();
  }

  private static @Nullable String given(Context context, String name) {
    String text = context.queryParam(name);
    return text == null || text.isEmpty() ? null : text;
  }
}
