package io.skein.bench.tasks;

import java.time.Duration;

/** A queue with a worker that does nothing with each task. Not thread safe. */
interface Contender extends AutoCloseable {
  /** How it is called in the report. */
  String name();

  /** Enqueues so many tasks in batches while the worker works; how long until all are completed. */
  Duration run(int tasks);

  /** Ends its processes. */
  @Override
  void close();
}
