package io.skein.worker;

import io.skein.flows.StepListener;
import io.skein.telemetry.RunUntilShutdown;
import io.skein.telemetry.SettingsReader;

/** Runs a worker until it is asked to end. */
final class WorkerMain {
  private WorkerMain() {}

  public static void main(String[] args) {
    RunUntilShutdown.run(
        "worker",
        () ->
            WorkerService.start(
                WorkerServiceSettings.read(new SettingsReader(System.getenv())),
                StepListener.NONE));
  }
}
