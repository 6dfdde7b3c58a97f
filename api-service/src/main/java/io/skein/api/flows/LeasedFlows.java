package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.auth.Roles;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.flows.FlowId;
import io.skein.tasks.Lease;
import io.skein.tasks.RemoteRuns;
import io.skein.tasks.TaskId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Flows that a worker may read since it works on them, whatever account they are of: it names the
 * lease of a task of that flow in the header {@code Skein-Lease}. Thread safe.
 */
final class LeasedFlows {
  private static final String HEADER = "Skein-Lease";
  private static final Pattern FORM = Pattern.compile("([^/]{1,100})/([0-9]{1,18})");

  private final RemoteRuns runs;

  LeasedFlows(RemoteRuns runs) {
    this.runs = runs;
  }

  /**
   * Whether the caller holds a lease of a task of the flow.
   *
   * @throws io.skein.api.http.ProblemException 400 when the header is no lease
   */
  boolean holds(Context context, FlowId flow) {
    String header = context.header(HEADER);
    return header != null
        && Roles.works(context)
        && runs.held(parse(header)).filter(task -> flow.value().equals(task.flow())).isPresent();
  }

  private static Lease parse(String header) {
    Matcher parts = FORM.matcher(header.strip());
    if (!parts.matches()) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              HEADER + " is the id of a task, a slash, and the lease that the claim answered.")
          .exception();
    }
    return new Lease(new TaskId(PathIds.uuid(parts.group(1))), Long.parseLong(parts.group(2)));
  }
}
