/**
 * What all processes together counted, minute by minute: summed in each process, written to Redis
 * every five seconds, rolled into PostgreSQL every few minutes, and answered by any instance.
 *
 * <p>Counting is Micrometer's: {@link io.skein.telemetry.series.Telemetry#registry()} is one more
 * registry beside that of Prometheus.
 *
 * <pre>{@code
 * var settings = TelemetrySettings.defaults();
 * try (var telemetry = Telemetry.open(redis, database, "api-1", settings, Clock.systemUTC())) {
 *   telemetry.start(telemetry.registry());
 *   telemetry.registry().timer("skein.http.requests", "route", "/flows").record(duration);
 *   var hour = telemetry.read(SeriesQuestion.of("skein.http.requests"), 60);
 * }
 * }</pre>
 */
@NullMarked
package io.skein.telemetry.series;

import org.jspecify.annotations.NullMarked;
