package io.skein.bench.tasks;

import io.skein.bench.BenchProcess;
import io.skein.bench.BenchServers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The queues of others. What is missing is installed below {@code .skein/}, or by the system's
 * packages when this is root's Debian.
 */
final class Rivals {
  static final String BULLMQ = "BullMQ on Redis";
  static final String BULLMQ_POSTGRES = "BullMQ on PostgreSQL";
  static final String GRAPHILE = "Graphile Worker";
  static final String CELERY = "Celery";

  /** BullMQ takes ioredis only as somebody else's choice, so it does not bring it. */
  private static final List<String> PACKAGES =
      List.of("bullmq", "ioredis", "graphile-worker", "pg");

  private static final List<String> PYTHON = List.of("/usr/bin/python3");
  private static final String HOW_NODE =
      "Node.js with npm is missing; install it to see BullMQ and Graphile Worker compared (Debian,"
          + " Ubuntu: apt-get install nodejs npm)";
  private static final String HOW_CELERY =
      "Celery is missing; install it to see it compared (Debian, Ubuntu: apt-get install"
          + " python3-celery python3-redis)";

  private final BenchServers servers;
  private final Path home;
  private final Path logs;
  private final Consumer<String> say;

  /**
   * @param home holds what is installed
   * @param say is told what is installed, or how to install it
   */
  Rivals(BenchServers servers, Path home, Path logs, Consumer<String> say) {
    this.servers = servers;
    this.home = home;
    this.logs = logs;
    this.say = say;
  }

  /** Those of npm; none when there is no Node.js. */
  List<ScriptContender> node() {
    Path folder = home.resolve("node");
    if (!works(List.of("npm", "--version")) && !install("nodejs", "npm")) {
      say.accept(HOW_NODE);
      return List.of();
    }
    Path modules = folder.resolve("node_modules");
    if (!PACKAGES.stream().allMatch(name -> Files.isDirectory(modules.resolve(name)))) {
      say.accept("installing bullmq and graphile-worker with npm into " + folder);
      create(folder);
      List<String> npm = List.of("npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
      List<String> command = new ArrayList<>(npm);
      command.addAll(List.of("--prefix", folder.toString()));
      command.addAll(PACKAGES);
      if (!works(command)) {
        say.accept("npm could not install them; try: " + String.join(" ", command));
        return List.of();
      }
    }
    String bullmq = script(folder, "bullmq.cjs");
    String redis = servers.redis().url();
    return List.of(
        start(BULLMQ, List.of("node", bullmq, "redis", redis)),
        start(GRAPHILE, List.of("node", script(folder, "graphile.cjs"), database("graphile"))),
        start(BULLMQ_POSTGRES, List.of("node", bullmq, "postgres", database("bullmq"))));
  }

  /** Celery with two processes. */
  Optional<ScriptContender> celery() {
    List<String> look = List.of(PYTHON.getFirst(), "-c", "import celery, redis");
    if (!works(look) && !install("python3-celery", "python3-redis")) {
      say.accept(HOW_CELERY);
      return Optional.empty();
    }
    Path folder = home.resolve("python");
    create(folder);
    String script = script(folder, "celery_rival.py");
    return Optional.of(
        start(
            CELERY,
            List.of(
                "env",
                "CELERY_RIVAL_BROKER=" + servers.redis().url() + "/1",
                PYTHON.getFirst(),
                script)));
  }

  private String database(String name) {
    return servers.database(name).url();
  }

  private ScriptContender start(String name, List<String> command) {
    String log = name.replace(' ', '-');
    return new ScriptContender(name, LineProcess.of(name, BenchProcess.start(log, command, logs)));
  }

  /** Beside its libraries, where Node.js looks for them. */
  private static String script(Path folder, String name) {
    try (InputStream source =
        Objects.requireNonNull(Rivals.class.getResourceAsStream(name), name)) {
      Path file = folder.resolve(name);
      Files.copy(source, file, StandardCopyOption.REPLACE_EXISTING);
      return file.toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + name, e);
    }
  }

  private boolean install(String... packages) {
    if (!"root".equals(System.getProperty("user.name"))
        || !Files.exists(Path.of("/usr/bin/apt-get"))) {
      return false;
    }
    say.accept("installing " + String.join(" ", packages) + " with apt-get");
    List<String> command =
        new ArrayList<>(List.of("apt-get", "install", "-y", "-qq", "--no-install-recommends"));
    command.addAll(List.of(packages));
    return works(List.of("apt-get", "update", "-qq")) && works(command);
  }

  private static boolean works(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    try {
      return builder.start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while installing a rival", e);
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder, e);
    }
  }
}
