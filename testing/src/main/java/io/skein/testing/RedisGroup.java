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
import java.util.stream.Stream;

/** Several Redis servers that belong together. Not for concurrent use. */
public final class RedisGroup implements AutoCloseable {
  private static final Duration FORMING_LIMIT = Duration.ofSeconds(30);
  private static final int SLOTS = 16_384;
  private static final String MASTER_NAME = "skein";

  private final String url;
  private final List<EmbeddedRedis> servers;
  private final List<EmbeddedRedis> all;

  private RedisGroup(String url, List<EmbeddedRedis> servers, List<EmbeddedRedis> all) {
    this.url = url;
    this.servers = List.copyOf(servers);
    this.all = List.copyOf(all);
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
    nodes.forEach(node -> await(node, "GET x", answer -> !answer.startsWith("-CLUSTERDOWN")));
    return new RedisGroup("redis-cluster://" + hosts(nodes), nodes, nodes);
  }

  static RedisGroup sentinel(List<EmbeddedRedis> masterAndReplica, EmbeddedRedis sentinel) {
    EmbeddedRedis replica = masterAndReplica.getLast();
    await(replica, "SET x 1", answer -> answer.startsWith("-READONLY"));
    await(sentinel, "SENTINEL CKQUORUM " + MASTER_NAME, answer -> answer.startsWith("+OK"));
    await(sentinel, "SENTINEL REPLICAS " + MASTER_NAME, answer -> !answer.equals("*0"));
    return new RedisGroup(
        "redis-sentinel://" + hosts(List.of(sentinel)) + "#" + MASTER_NAME,
        masterAndReplica,
        Stream.concat(Stream.of(sentinel), masterAndReplica.stream()).toList());
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
  public String url() {
    return url;
  }

  /** The masters of a cluster; of the other the master, then its replica. */
  public List<EmbeddedRedis> servers() {
    return servers;
  }

  @Override
  public void close() {
    all.forEach(EmbeddedRedis::close);
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
