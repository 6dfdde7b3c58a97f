package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Several Redis servers that belong together; what is done to the group is done to each of them,
 * and sentinels are left alone. Not for concurrent use, but for {@link #url} and {@link #flush}.
 */
public final class RedisGroup implements RedisServer {
  private static final Duration FORMING_LIMIT = Duration.ofSeconds(30);
  private static final int SLOTS = 16_384;
  private static final String MASTER_NAME = "skein";

  private final String url;
  private final List<EmbeddedRedis> servers;
  private final List<EmbeddedRedis> sentinels;
  private final Runnable ready;

  /**
   * @param ready waits until the servers are one group
   */
  private RedisGroup(
      String url, List<EmbeddedRedis> servers, List<EmbeddedRedis> sentinels, Runnable ready) {
    this.url = url;
    this.servers = List.copyOf(servers);
    this.sentinels = List.copyOf(sentinels);
    this.ready = ready;
    ready.run();
  }

  /**
   * A running node of a cluster to be.
   *
   * @param busPort on which the nodes talk with each other
   */
  record Node(EmbeddedRedis server, int busPort) {}

  static RedisGroup cluster(List<Node> members) {
    List<EmbeddedRedis> nodes = members.stream().map(Node::server).toList();
    int share = (SLOTS + nodes.size() - 1) / nodes.size();
    for (int i = 0; i < nodes.size(); i++) {
      int last = Math.min(SLOTS, (i + 1) * share) - 1;
      RedisCommand.send(nodes.get(i).url(), "CLUSTER ADDSLOTSRANGE " + i * share + " " + last);
      RedisCommand.send(nodes.get(i).url(), "CLUSTER SET-CONFIG-EPOCH " + (i + 1));
    }
    for (Node member : members.subList(1, members.size())) {
      RedisCommand.send(
          nodes.getFirst().url(),
          "CLUSTER MEET 127.0.0.1 " + port(member.server()) + " " + member.busPort());
    }
    return new RedisGroup(
        "redis-cluster://" + hosts(nodes),
        nodes,
        List.of(),
        () -> nodes.forEach(node -> await(node, "GET x", RedisGroup::isServed)));
  }

  /** Found, not there, or at another node: but not that the cluster is down. */
  private static boolean isServed(String answer) {
    return !answer.startsWith("-CLUSTERDOWN");
  }

  static RedisGroup sentinel(List<EmbeddedRedis> masterAndReplica, EmbeddedRedis sentinel) {
    return new RedisGroup(
        "redis-sentinel://" + hosts(List.of(sentinel)) + "#" + MASTER_NAME,
        masterAndReplica,
        List.of(sentinel),
        () -> {
          // After a moment in which the machine stood still it would fail nothing over for 30 s.
          RedisCommand.send(sentinel.url(), "SENTINEL DEBUG tilt-trigger 600000");
          await(sentinel, "SENTINEL CKQUORUM " + MASTER_NAME, answer -> answer.startsWith("+OK"));
          await(sentinel, "SENTINEL REPLICAS " + MASTER_NAME, answer -> !answer.equals("*0"));
          awaitOneMaster(masterAndReplica);
        });
  }

  /** Who of the two it is can have changed. */
  private static void awaitOneMaster(List<EmbeddedRedis> servers) {
    long deadline = System.nanoTime() + FORMING_LIMIT.toNanos();
    while (servers.stream().filter(RedisGroup::isMaster).count() != 1) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("of " + hosts(servers) + " not one is the master");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Three lines follow from a master, five from a replica. */
  private static boolean isMaster(EmbeddedRedis server) {
    return answer(server, "ROLE").equals("*3");
  }

  /** Sentinel rewrites its file, so each has one of its own. */
  static String sentinelFile(Path directory, int masterPort) {
    try {
      return Files.write(
              directory.resolve("sentinel.conf"),
              List.of(
                  "sentinel monitor " + MASTER_NAME + " 127.0.0.1 " + masterPort + " 1",
                  "sentinel down-after-milliseconds " + MASTER_NAME + " 1000",
                  "sentinel failover-timeout " + MASTER_NAME + " 5000"))
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a sentinel's configuration", e);
    }
  }

  /** {@code redis-cluster://host:port,…} or {@code redis-sentinel://host:port#master}. */
  @Override
  public String url() {
    return url;
  }

  /** The masters of a cluster; of the other the first master, then its replica. */
  public List<EmbeddedRedis> servers() {
    return servers;
  }

  /** Of the first. */
  @Override
  public long pid() {
    return servers.getFirst().pid();
  }

  @Override
  public void start() {
    servers.forEach(EmbeddedRedis::start);
    ready.run();
  }

  @Override
  public void stop() {
    servers.forEach(EmbeddedRedis::stop);
  }

  @Override
  public void kill() {
    servers.forEach(EmbeddedRedis::kill);
  }

  @Override
  public void restartEmpty() {
    servers.forEach(EmbeddedRedis::restartEmpty);
    ready.run();
  }

  @Override
  public void freeze() {
    servers.forEach(EmbeddedRedis::freeze);
  }

  @Override
  public void thaw() {
    servers.forEach(EmbeddedRedis::thaw);
  }

  /** Every master; a replica follows its own. */
  @Override
  public void flush() {
    for (EmbeddedRedis server : servers) {
      String answer = answer(server, "FLUSHALL");
      if (!answer.equals("+OK") && !answer.startsWith("-READONLY")) {
        throw new IllegalStateException("FLUSHALL was refused: " + answer);
      }
    }
  }

  @Override
  public void close() {
    sentinels.forEach(EmbeddedRedis::close);
    servers.forEach(EmbeddedRedis::close);
  }

  private static void await(EmbeddedRedis server, String command, Check check) {
    long deadline = System.nanoTime() + FORMING_LIMIT.toNanos();
    String answer = answer(server, command);
    while (!check.passes(answer)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            server.url() + " still answers " + command + " with " + answer);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      answer = answer(server, command);
    }
  }

  private static String answer(EmbeddedRedis server, String command) {
    try {
      return RedisCommand.answer(server.url(), command);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + command + " to " + server.url(), e);
    }
  }

  private static String hosts(List<EmbeddedRedis> servers) {
    return servers.stream()
        .map(server -> "127.0.0.1:" + port(server))
        .collect(Collectors.joining(","));
  }

  private static int port(EmbeddedRedis server) {
    return URI.create(server.url()).getPort();
  }

  @FunctionalInterface
  private interface Check {
    boolean passes(String answer);
  }
}
