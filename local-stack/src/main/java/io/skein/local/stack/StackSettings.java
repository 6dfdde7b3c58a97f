package io.skein.local.stack;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stack consists of. Immutable; each {@code with} answers a changed copy.
 *
 * @param directory data, logs, secret and state
 * @param databaseUrl an external PostgreSQL, or null for the embedded one
 * @param redisUrl an external Redis, or null for the embedded one
 * @param environment for every process
 * @param environmentOf for one process, by its name
 * @param programOf what runs instead of the role's own program, by the process's name
 */
public record StackSettings(
    Path directory,
    PortPlan ports,
    int apis,
    int workers,
    @Nullable String databaseUrl,
    @Nullable String redisUrl,
    Map<String, String> environment,
    Map<String, Map<String, String>> environmentOf,
    Map<String, Program> programOf) {

  public StackSettings {
    requireCount(Role.API, apis);
    requireCount(Role.WORKER, workers);
    environment = Map.copyOf(environment);
    environmentOf = Map.copyOf(environmentOf);
    programOf = Map.copyOf(programOf);
  }

  /** Two API instances, two workers, embedded servers, free ports. */
  public static StackSettings in(Path directory) {
    return new StackSettings(
        directory.toAbsolutePath().normalize(),
        PortPlan.free(),
        2,
        2,
        null,
        null,
        Map.of(),
        Map.of(),
        Map.of());
  }

  public StackSettings withPorts(PortPlan plan) {
    return new StackSettings(
        directory,
        plan,
        apis,
        workers,
        databaseUrl,
        redisUrl,
        environment,
        environmentOf,
        programOf);
  }

  public StackSettings withApis(int count) {
    return new StackSettings(
        directory,
        ports,
        count,
        workers,
        databaseUrl,
        redisUrl,
        environment,
        environmentOf,
        programOf);
  }

  public StackSettings withWorkers(int count) {
    return new StackSettings(
        directory,
        ports,
        apis,
        count,
        databaseUrl,
        redisUrl,
        environment,
        environmentOf,
        programOf);
  }

  /** Uses servers that somebody else runs; null for the embedded one. */
  public StackSettings withServers(@Nullable String database, @Nullable String redis) {
    return new StackSettings(
        directory, ports, apis, workers, database, redis, environment, environmentOf, programOf);
  }

  /** Sets a variable in the environment of every process. */
  public StackSettings withEnvironment(String name, String value) {
    return new StackSettings(
        directory,
        ports,
        apis,
        workers,
        databaseUrl,
        redisUrl,
        with(environment, name, value),
        environmentOf,
        programOf);
  }

  /** Sets a variable in the environment of one process; it wins over the one for all. */
  public StackSettings withEnvironmentOf(String process, String name, String value) {
    Map<String, String> own = with(environmentOf.getOrDefault(process, Map.of()), name, value);
    return new StackSettings(
        directory,
        ports,
        apis,
        workers,
        databaseUrl,
        redisUrl,
        environment,
        with(environmentOf, process, own),
        programOf);
  }

  /** Adds JVM options to those of one process. */
  public StackSettings withJvmOptionsOf(String process, String... options) {
    return withProgramOf(process, program(process).withJvmOptions(List.of(options)));
  }

  /** Runs another program as this process, such as a worker with handlers of a test. */
  public StackSettings withProgramOf(String process, Program program) {
    return new StackSettings(
        directory,
        ports,
        apis,
        workers,
        databaseUrl,
        redisUrl,
        environment,
        environmentOf,
        with(programOf, process, program));
  }

  Program program(String process) {
    Role role = process.startsWith("api-") ? Role.API : Role.WORKER;
    return programOf.getOrDefault(process, role.program());
  }

  private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
    Map<String, V> changed = new HashMap<>(map);
    changed.put(key, value);
    return changed;
  }

  private static void requireCount(Role role, int count) {
    if (count < 0 || count > PortPlan.MOST_PROCESSES) {
      throw new IllegalArgumentException(
          "a stack has 0 to %d processes of a kind, not %d of %s"
              .formatted(PortPlan.MOST_PROCESSES, count, role));
    }
  }
}
