package io.skein.tasks;

import io.skein.postgres.TraceParent;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * Tells the lines that a handler logs whose they are: while it is open, on its thread, the MDC has
 * {@code task}, {@code type}, {@code attempt} and, when the task has one, {@code trace}, and {@link
 * RunLogs} knows the run.
 */
final class RunDiagnostics implements AutoCloseable {
  private static final String TASK = "task";
  private static final String TYPE = "type";
  private static final String ATTEMPT = "attempt";
  private static final String TRACE = "trace";

  private RunDiagnostics() {}

  static RunDiagnostics open(Run run) {
    Task task = run.task();
    MDC.put(TASK, task.id().toString());
    MDC.put(TYPE, task.type());
    MDC.put(ATTEMPT, Integer.toString(task.attempt()));
    Optional<TraceParent> trace = TraceParent.parse(task.traceparent());
    trace.ifPresent(parent -> MDC.put(TRACE, parent.traceId()));
    RunLogs.enter(run);
    return new RunDiagnostics();
  }

  @Override
  public void close() {
    RunLogs.leave();
    MDC.remove(TASK);
    MDC.remove(TYPE);
    MDC.remove(ATTEMPT);
    MDC.remove(TRACE);
  }
}
