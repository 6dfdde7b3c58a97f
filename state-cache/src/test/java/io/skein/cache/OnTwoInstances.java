package io.skein.cache;

import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Each test gets two instances that follow the versions, on a Redis with one flow's state. */
@Timeout(60)
abstract class OnTwoInstances {
  static RedisServer server;

  TwoInstances both;
  Truth truth;
  UUID flow;

  @BeforeAll
  static void startServer() {
    server = TestServers.newRedis();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    server.flush();
    both = new TwoInstances(server).follow();
    truth = both.truth;
    flow = both.flow;
  }

  @AfterEach
  void close() {
    both.close();
  }
}
