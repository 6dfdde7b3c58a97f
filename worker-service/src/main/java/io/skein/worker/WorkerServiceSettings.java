package io.skein.worker;

import io.skein.events.EventSettings;
import io.skein.events.RetentionPolicy;
import io.skein.flows.FlowEngine;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.RedisSettings;
import io.skein.tasks.TaskRetention;
import io.skein.tasks.WorkerSettings;
import io.skein.telemetry.FeatureSettings;
import io.skein.telemetry.SettingsReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a worker process is told by its environment.
 *
 * @param name unique among the instances
 * @param host the address its management port binds to
 * @param managementPort 0 lets the system choose
 * @param retention of the events of finished flows; empty to keep them for ever
 * @param features which features are on until an operator says something else
 * @param agentPhases phases of flows that agents do over HTTP; the same in API instances
 */
public record WorkerServiceSettings(
    String name,
    String host,
    int managementPort,
    PostgresSettings postgres,
    RedisSettings redis,
    EventSettings events,
    Optional<RetentionPolicy> retention,
    Map<Feature, Boolean> features,
    Set<String> agentPhases,
    WorkerSettings worker) {
  private static final int DEFAULT_MANAGEMENT_PORT = 8471;
  private static final int DEFAULT_SLOTS = 4;
  private static final int MAX_SLOTS = 64;

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException naming every problem
   */
  public static WorkerServiceSettings read(SettingsReader settings) {
    String name = settings.text("SKEIN_NAME", "worker-" + ProcessHandle.current().pid());
    String host = settings.text("SKEIN_HOST", "127.0.0.1");
    int port = settings.port("SKEIN_MANAGEMENT_PORT", DEFAULT_MANAGEMENT_PORT);
    int slots = (int) settings.number("SKEIN_WORKER_SLOTS", DEFAULT_SLOTS, 1, MAX_SLOTS);
    settings.required("DATABASE_URL", "postgresql://user:password@host:5432/database");
    PostgresSettings postgres =
        settings.parsed(
            "DATABASE_URL",
            PostgresSettings.parse("postgresql://skein@127.0.0.1/skein"),
            "like postgresql://user:password@host:5432/database",
            PostgresSettings::parse);
    RedisSettings redis =
        settings.parsed(
            "REDIS_URL",
            RedisSettings.of("redis://127.0.0.1:6379"),
            "like redis://host:6379 or rediss://host:6379",
            RedisSettings::of);
    EventSettings events = eventSettings(settings);
    Optional<RetentionPolicy> retention = retention(settings);
    WorkerSettings defaults = WorkerSettings.named(name);
    WorkerSettings worker =
        defaults
            .withQueues(List.of(FlowEngine.queue()))
            .withSlots(slots)
            .withClaimInterval(settings.duration("SKEIN_CLAIM_INTERVAL", defaults.claimInterval()))
            .withReapInterval(settings.duration("SKEIN_REAP_INTERVAL", defaults.reapInterval()))
            .withGrace(settings.duration("SKEIN_WORKER_GRACE", defaults.grace()))
            .withBuild(settings.text("SKEIN_BUILD", FlowEngine.version()))
            .withRetention(taskRetention(settings));
    int recycleAfter = (int) settings.number("SKEIN_WORKER_RECYCLE_AFTER", 0, 0, Integer.MAX_VALUE);
    if (recycleAfter > 0) {
      worker = worker.withRecycleAfter(recycleAfter);
    }
    RedisSettings prefixed =
        redis.withKeyPrefix(settings.text("SKEIN_KEY_PREFIX", redis.keyPrefix()));
    Set<String> agentPhases = Set.copyOf(settings.list("SKEIN_AGENT_PHASES"));
    Map<Feature, Boolean> features = FeatureSettings.read(settings);
    settings.finish();
    return new WorkerServiceSettings(
        name,
        host,
        port,
        postgres.withPoolSize(slots + 6),
        prefixed,
        events,
        retention,
        features,
        agentPhases,
        worker);
  }

  private static Optional<RetentionPolicy> retention(SettingsReader settings) {
    RetentionPolicy policy = RetentionPolicy.defaults();
    Duration keep = settings.duration("SKEIN_EVENT_RETENTION", policy.keep());
    return keep.isZero() ? Optional.empty() : Optional.of(policy.withKeep(keep));
  }

  private static TaskRetention taskRetention(SettingsReader settings) {
    TaskRetention defaults = TaskRetention.DEFAULT;
    return new TaskRetention(
        settings.duration("SKEIN_TASK_RETENTION", defaults.succeeded()),
        settings.duration("SKEIN_DEAD_TASK_RETENTION", defaults.others()));
  }

  private static EventSettings eventSettings(SettingsReader settings) {
    EventSettings defaults = EventSettings.defaults();
    Duration check = settings.duration("SKEIN_POSITION_CHECK_INTERVAL", Duration.ZERO);
    EventSettings swept =
        defaults.withSweepInterval(
            settings.duration("SKEIN_SWEEP_INTERVAL", defaults.sweepInterval()));
    return check.isZero() ? swept : swept.withChecks(check, check, defaults.fallbackInterval());
  }
}
