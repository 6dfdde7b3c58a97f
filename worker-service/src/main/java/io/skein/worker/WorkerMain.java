package io.skein.worker;

import io.skein.flows.StepListener;
import io.skein.telemetry.RunUntilShutdown;
import io.skein.telemetry.SettingsReader;

/** Runs a worker until it is asked to end, or has run as many tasks as it should. */
final class WorkerMain {
  /** {@code EX_TEMPFAIL} of sysexits.h: whoever started it should start it again. */
  private static final int RECYCLED = 75;

  private WorkerMain() {}

  public static void main(String[] args) {
    RunUntilShutdown.run(
        "worker",
        () ->
            WorkerService.start(
                WorkerServiceSettings.read(new SettingsReader(System.getenv())),
                StepListener.NONE,
                WorkerMain::recycle));
  }

  /** The shutdown hook stops the service; it must not wait for the thread that reports. */
  private static void recycle() {
    Thread.ofPlatform().name("skein-recycling").start(() -> System.exit(RECYCLED));
  }
}
