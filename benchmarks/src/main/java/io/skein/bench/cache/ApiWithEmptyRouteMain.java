package io.skein.bench.cache;

import io.skein.api.ApiService;
import io.skein.api.ApiSettings;
import io.skein.telemetry.RunUntilShutdown;
import io.skein.telemetry.SettingsReader;

/** An API instance with one more route, which answers nothing behind the same doors. */
final class ApiWithEmptyRouteMain {
  static final String EMPTY = "/api/v1/bench/empty";

  private ApiWithEmptyRouteMain() {}

  public static void main(String[] args) {
    RunUntilShutdown.run(
        "api",
        () ->
            ApiService.start(
                ApiSettings.read(new SettingsReader(System.getenv())),
                routes -> routes.get(EMPTY, context -> {})));
  }
}
