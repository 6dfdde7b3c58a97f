package io.skein.api;

import io.skein.telemetry.RunUntilShutdown;
import io.skein.telemetry.SettingsReader;

/** Runs an API instance until it is asked to end. */
final class ApiMain {
  private ApiMain() {}

  public static void main(String[] args) {
    RunUntilShutdown.run(
        "api", () -> ApiService.start(ApiSettings.read(new SettingsReader(System.getenv()))));
  }
}
