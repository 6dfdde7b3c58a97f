package io.skein.local.crash;

import io.skein.telemetry.RunUntilShutdown;
import io.skein.telemetry.SettingsReader;
import io.skein.testing.DatabaseAddress;
import io.skein.worker.WorkerService;
import io.skein.worker.WorkerServiceSettings;
import java.util.Map;
import java.util.Objects;

/** The worker executable with one addition: its steps go through a {@link HoldingListener}. */
final class HoldingWorker {
  private HoldingWorker() {}

  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    RunUntilShutdown.run(
        "worker",
        () ->
            WorkerService.start(
                WorkerServiceSettings.read(new SettingsReader(environment)),
                new HoldingListener(
                    Objects.requireNonNull(environment.get("SKEIN_NAME")),
                    DatabaseAddress.parse(Objects.requireNonNull(environment.get("DATABASE_URL")))),
                () -> {}));
  }
}
