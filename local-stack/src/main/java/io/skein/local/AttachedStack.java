package io.skein.local;

import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackSettings;
import io.skein.local.stack.Supervisor;
import java.util.function.Consumer;

/** A stack that lives and ends with this process, under supervision. */
final class AttachedStack implements AutoCloseable {
  private final LocalStack stack;
  private final Supervisor supervisor;
  private final Consumer<String> report;

  private AttachedStack(LocalStack stack, Consumer<String> report) {
    this.stack = stack;
    this.supervisor = new Supervisor(stack, report);
    this.report = report;
    Thread.ofPlatform().daemon().name("supervisor").start(supervisor::run);
  }

  /** Returns when every process is ready. */
  static AttachedStack start(StackSettings settings, Consumer<String> report) {
    return new AttachedStack(LocalStack.start(settings, report), report);
  }

  LocalStack stack() {
    return stack;
  }

  @Override
  public void close() {
    report.accept("stopping workers, API instances, Redis and PostgreSQL");
    supervisor.stop();
    stack.close();
    report.accept("stopped");
  }
}
