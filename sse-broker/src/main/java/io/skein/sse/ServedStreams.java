package io.skein.sse;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The streams that this instance serves, bounded in all and for each user. What is past a bound is
 * not admitted. Thread safe.
 */
final class ServedStreams {
  private final int most;
  private final int mostPerUser;
  private final Map<SseStream, Connection> served = new ConcurrentHashMap<>();
  private final Map<User, Integer> perUser = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong changes = new AtomicLong();

  ServedStreams(SseSettings settings) {
    this.most = settings.maxConnections();
    this.mostPerUser = settings.maxPerUser();
  }

  private record User(String tenant, String name) {
    static User of(Viewer viewer) {
      return new User(viewer.tenant(), viewer.user());
    }
  }

  /** Whether one more of this viewer would not be admitted. */
  boolean full(Viewer viewer) {
    return count.get() >= most
        || perUser.getOrDefault(User.of(viewer), 0) >= mostPerUser && !viewer.user().isEmpty();
  }

  /** Answers whether the stream was within the bounds. */
  boolean admit(SseStream stream, Connection connection) {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return false;
    }
    Viewer viewer = connection.viewer();
    if (!viewer.user().isEmpty() && perUser.merge(User.of(viewer), 1, Integer::sum) > mostPerUser) {
      leave(viewer);
      return false;
    }
    served.put(stream, connection);
    changes.incrementAndGet();
    return true;
  }

  void dismiss(SseStream stream) {
    Connection gone = served.remove(stream);
    if (gone != null) {
      leave(gone.viewer());
      changes.incrementAndGet();
    }
  }

  private void leave(Viewer viewer) {
    count.decrementAndGet();
    if (!viewer.user().isEmpty()) {
      perUser.computeIfPresent(User.of(viewer), (user, n) -> n == 1 ? null : n - 1);
    }
  }

  int size() {
    return served.size();
  }

  /** Grows with each stream that comes or goes. */
  long changes() {
    return changes.get();
  }

  List<SseStream> streams() {
    return new ArrayList<>(served.keySet());
  }

  Collection<Connection> connections() {
    return List.copyOf(served.values());
  }

  /** Ends a user's streams; their clients come again. */
  void disconnect(String tenant, String user) {
    served.forEach((stream, connection) -> {
      if (connection.viewer().is(tenant, user)) {
        stream.end(StreamEnd.DISCONNECTED);
      }
    });
  }
}
