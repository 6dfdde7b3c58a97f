package io.skein.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.testcontainers.containers.GenericContainer;

/** Redis in a container. */
final class ContainerRedis implements RedisServer {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final DockerServer server;

  ContainerRedis(EmbeddedRedis.Persistence persistence) {
    List<String> command =
        new ArrayList<>(List.of("redis-server", "--protected-mode", "no", "--save", ""));
    if (persistence == EmbeddedRedis.Persistence.APPEND_ONLY_FILE) {
      command.addAll(List.of("--appendonly", "yes"));
    }
    server =
        new DockerServer(
            new GenericContainer<>("redis:8").withCommand(command.toArray(String[]::new)), 6379);
  }

  @Override
  public String url() {
    return "redis://" + server.host() + ":" + server.port();
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void start() {
    server.start();
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!RedisCommand.answers(url(), "PING")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("Redis was not ready within " + START_LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void kill() {
    server.kill();
  }

  @Override
  public void restartEmpty() {
    kill();
    start();
    flush();
  }

  @Override
  public void freeze() {
    server.freeze();
  }

  @Override
  public void thaw() {
    server.thaw();
  }

  @Override
  public void flush() {
    RedisCommand.send(url(), "FLUSHALL");
  }

  @Override
  public void close() {
    server.close();
  }
}
