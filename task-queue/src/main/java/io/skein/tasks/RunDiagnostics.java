package io.skein.tasks;

import io.skein.postgres.TraceParent;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * Tells the lines that a handler logs whose they are: while it is open, on its thread, the MDC has
 * {@code task}, {@code type}, {@code attempt} and, when the task has one, {@code trace}.
 */
final class RunDiagnostics implements AutoCloseable {
  private static final String TASK = "task";
  private static final String TYPE = "type";
  private static final String ATTEMPT = "attempt";
  private static final String TRACE = "trace";

  private RunDiagnostics() {}

  /** Of a run that goes on; {@link RunLog} knows it. */
  static RunDiagnostics of(Run run) {
    RunLog.enter(run);
    return of(run.task());
  }

  /** Of what is done about a run that is over. */
  static RunDiagnostics of(Task task) {
    MDC.put(TASK, task.id().toString());
    MDC.put(TYPE, task.type());
    MDC.put(ATTEMPT, Integer.toString(task.attempt()));
    Optional<TraceParent> trace = TraceParent.parse(task.traceparent());
    trace.ifPresent(parent -> MDC.put(TRACE, parent.traceId()));
    return new RunDiagnostics();
  }

  @Override
  public void close() {
    RunLog.leave();
    MDC.remove(TASK);
    MDC.remove(TYPE);
    MDC.remove(ATTEMPT);
    MDC.remove(TRACE);
  }
}
