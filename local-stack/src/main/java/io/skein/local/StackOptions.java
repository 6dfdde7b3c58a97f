package io.skein.local;

import io.skein.local.stack.PortPlan;
import io.skein.local.stack.StackSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How large a stack to start, and on which ports. */
final class StackOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Mixin private StackLocation location;

  @Option(
      names = "--api",
      paramLabel = "N",
      defaultValue = "2",
      description = "API instances (default: ${DEFAULT-VALUE})")
  private int apis;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "workers (default: ${DEFAULT-VALUE})")
  private int workers;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      defaultValue = "8400",
      description =
          "api-1 listens on P+1, Redis on P+90, PostgreSQL on P+91 (default: ${DEFAULT-VALUE})")
  private int portBase;

  StackLocation location() {
    return location;
  }

  /** External servers come from the environment: {@code DATABASE_URL} and {@code REDIS_URL}. */
  StackSettings settings() {
    try {
      return StackSettings.in(location.directory().path())
          .withPorts(PortPlan.from(portBase))
          .withApis(apis)
          .withWorkers(workers)
          .withServers(environment("DATABASE_URL"), environment("REDIS_URL"));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /** The same options as words, for a process that starts the stack in the background. */
  List<String> asArguments() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--data", location.directory().path().toString()));
    arguments.addAll(List.of("--api", String.valueOf(apis)));
    arguments.addAll(List.of("--workers", String.valueOf(workers)));
    arguments.addAll(List.of("--port-base", String.valueOf(portBase)));
    return arguments;
  }

  private static @Nullable String environment(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : value;
  }
}
