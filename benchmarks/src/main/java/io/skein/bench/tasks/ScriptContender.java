package io.skein.bench.tasks;

import java.time.Duration;

/** A rival in another language, whose script measures itself. */
final class ScriptContender implements Contender {
  private final String name;
  private final LineProcess process;

  ScriptContender(String name, LineProcess process) {
    this.name = name;
    this.process = process;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Duration run(int tasks) {
    return seconds("run " + tasks);
  }

  /** Enqueues so many tasks for nobody, in batches of 1,000. */
  Duration add(int tasks) {
    return seconds("add " + tasks);
  }

  @Override
  public void close() {
    process.close();
  }

  private Duration seconds(String order) {
    return Duration.ofNanos((long) (Double.parseDouble(process.order(order)) * 1e9));
  }
}
