/**
 * What an operator needs of every executable: its settings with all their problems at once, a
 * management port that says how it is, and metrics.
 *
 * <pre>{@code
 * SettingsReader settings = new SettingsReader(System.getenv());
 * int port = settings.port("SKEIN_MANAGEMENT_PORT", 8451);
 * settings.finish();
 * var management = ManagementServer.start("127.0.0.1", port, readiness, metrics);
 * }</pre>
 */
@NullMarked
package io.skein.telemetry;

import org.jspecify.annotations.NullMarked;
