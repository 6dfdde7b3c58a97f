package io.skein.local.streams;

import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Breaks Redis in every way and the connections of clients at random, one thing after the other.
 */
final class Disturbances {
  private final RedisServer redis;
  private final List<Client> clients;
  private final Duration freeze;
  private final Random random;
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);

  enum Kind {
    PUBSUB_CUT,
    FLUSHED,
    FROZEN,
    RESTARTED_EMPTY
  }

  Disturbances(RedisServer redis, List<Client> clients, Duration freeze, Random random) {
    this.redis = redis;
    this.clients = clients;
    this.freeze = freeze;
    this.random = random;
  }

  /** Goes on, each kind in turn, until the writing has ended and each kind was there. */
  Map<Kind, Integer> until(Writers writers) throws Exception {
    List<Kind> kinds = new ArrayList<>();
    while (writers.areWriting() || done.size() < Kind.values().length) {
      if (kinds.isEmpty()) {
        kinds.addAll(List.of(Kind.values()));
      }
      Thread.sleep(200 + random.nextInt(800));
      Kind kind = kinds.remove(random.nextInt(kinds.size()));
      disturb(kind);
      done.merge(kind, 1, Integer::sum);
    }
    return done;
  }

  private void disturb(Kind kind) throws Exception {
    dropSome();
    switch (kind) {
      case PUBSUB_CUT -> await().atMost(Duration.ofMinutes(1)).until(() -> cutPubSub() > 0);
      case FLUSHED -> redis.flush();
      case FROZEN -> {
        redis.freeze();
        try {
          Thread.sleep(freeze);
          dropSome();
        } finally {
          redis.thaw();
        }
      }
      case RESTARTED_EMPTY -> redis.restartEmpty();
    }
  }

  private void dropSome() throws IOException {
    for (Client client : clients) {
      if (random.nextInt(10) == 0) {
        client.drop();
      }
    }
  }

  /** Answers how many connections there were; after another disturbance there may be none yet. */
  private int cutPubSub() throws IOException {
    URI url = URI.create(redis.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort());
        BufferedReader answers =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      socket
          .getOutputStream()
          .write("CLIENT KILL TYPE pubsub\r\n".getBytes(StandardCharsets.UTF_8));
      String answer = answers.readLine();
      if (answer == null || !answer.startsWith(":")) {
        throw new IOException("the connections were not cut: " + answer);
      }
      return Integer.parseInt(answer.substring(1));
    }
  }
}
