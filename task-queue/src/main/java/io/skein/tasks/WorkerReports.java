package io.skein.tasks;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener what happens, and lets nothing it throws into the worker. */
final class WorkerReports {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerReports.class);

  private final WorkerListener listener;

  WorkerReports(WorkerListener listener) {
    this.listener = listener;
  }

  void tell(Consumer<WorkerListener> report) {
    try {
      report.accept(listener);
    } catch (RuntimeException | Error e) {
      LOG.error("a listener of the worker failed", e);
    }
  }
}
