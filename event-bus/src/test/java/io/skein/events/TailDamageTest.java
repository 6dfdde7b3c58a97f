package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XTrimParams;

/** A tail that is not what the relay wrote: no loss, no repetition, and it is whole again. */
class TailDamageTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int BEFORE = 20;

  private static Instance writer;
  private static Instance watcher;
  private static RedisTail tail;

  @BeforeAll
  static void start() {
    var postgres = Instance.newDatabase();
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("damage:");
    // What PostgreSQL is asked by the clock would hide that Redis stays broken.
    EventSettings settings =
        EventSettings.defaults()
            .withChecks(Duration.ofSeconds(4), Instance.HOUR, Duration.ofMillis(500));
    writer = Instance.start(postgres, redis, "writer", settings);
    watcher = Instance.start(postgres, redis, "watcher", settings);
    tail = new RedisTail(writer.redis, settings);
    await().atMost(SOON).until(() -> watcher.bus.feed().live());
  }

  @AfterAll
  static void stop() {
    writer.close();
    watcher.close();
  }

  private enum Damage {
    HOLE {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.xdel(key, id(10));
      }
    },
    LAST_REMOVED {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.xdel(key, id(BEFORE));
      }
    },
    TRIMMED_BELOW_THE_CURSOR {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.xtrim(key, XTrimParams.xTrimParams().minId("15-0"));
      }
    },
    EMPTIED {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.xtrim(key, 0, false);
      }
    },
    DELETED {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.del(key);
      }
    },
    OF_ANOTHER_TYPE {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.set(key, "no stream");
      }
    },
    FOREIGN_ENTRY_BY_THE_CLOCK {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.xadd(key, StreamEntryID.NEW_ENTRY, Map.of("by", "hand"));
      }
    },
    FOREIGN_ENTRY_WITH_THE_LARGEST_ID {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        redis.sendCommand(
            Protocol.Command.XADD, key, "18446744073709551615-18446744073709551615", "by", "hand");
      }
    },
    FOREIGN_TEXT {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        rewrite(redis, key, "somebody else's".getBytes(UTF_8));
      }
    },
    FOREIGN_FRAMES {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        byte[] frame = new byte[100];
        ByteBuffer.wrap(frame).putInt(96).put((byte) 1).position(53).putInt(1 << 30);
        rewrite(redis, key, frame);
      }
    },
    FRAMES_OF_ANOTHER_EPOCH {
      @Override
      void doTo(UnifiedJedis redis, String key) {
        List<byte[]> frames =
            redis.xrange(key.getBytes(UTF_8), "-".getBytes(UTF_8), "+".getBytes(UTF_8)).stream()
                .map(entry -> (byte[]) ((List<?>) ((List<?>) entry).get(1)).get(1))
                .toList();
        redis.del(key);
        for (int seq = 1; seq <= BEFORE; seq++) {
          byte[] frame = frames.get(seq - 1);
          ByteBuffer.wrap(frame).putLong(5, 1);
          add(redis, key, seq, frame);
        }
      }
    };

    abstract void doTo(UnifiedJedis redis, String key);

    private static void rewrite(UnifiedJedis redis, String key, byte[] frame) {
      redis.del(key);
      IntStream.rangeClosed(1, BEFORE).forEach(seq -> add(redis, key, seq, frame));
    }

    private static void add(UnifiedJedis redis, String key, int seq, byte[] frame) {
      redis.xadd(
          key.getBytes(UTF_8), new XAddParams().id(id(seq)), Map.of("e".getBytes(UTF_8), frame));
    }

    private static StreamEntryID id(int seq) {
      return new StreamEntryID(seq, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void isReadAndWrittenOn(Damage damage) {
    StreamId stream = writer.open();
    Recorder present = watcher.watch(stream, 0);
    for (int n = 0; n < BEFORE; n++) {
      writer.append(stream, NewEvent.of("before"));
    }
    present.awaitExactly(1, BEFORE, SOON);
    damage.doTo(writer.redis.jedis(), key(stream));

    Recorder late = watcher.watch(stream, 5);
    late.awaitExactly(6, BEFORE, SOON);
    writer.append(stream, NewEvent.of("after"));
    writer.append(stream, NewEvent.of("after"));
    present.awaitExactly(1, BEFORE + 2, SOON);
    late.awaitExactly(6, BEFORE + 2, SOON);

    Recorder later = watcher.watch(stream, 12);
    writer.appendWithoutRelay(stream, NewEvent.of("lost by the relay"));
    present.awaitExactly(1, BEFORE + 3, SOON);
    late.awaitExactly(6, BEFORE + 3, SOON);
    later.awaitExactly(13, BEFORE + 3, SOON);
    awaitTail(stream, BEFORE + 3);
    assertThat(tail.read(stream, new EventId(epoch(), new Sequence(BEFORE)), 10))
        .as("is carried by Redis again")
        .hasSize(3);
    assertThat(present.resets).isEmpty();
  }

  /** The state's key beside the tail; one that is not ours must not hold up the events. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStateThatIsNoneHoldsUpNeitherTheRelayNorTheSweep(boolean hash) {
    StreamId bad = writer.open();
    StreamId good = writer.open();
    Recorder ofBad = watcher.watch(bad, 0);
    Recorder ofGood = watcher.watch(good, 0);
    spoil(bad, hash);
    writer.append(bad, NewEvent.of("relayed"));
    ofBad.awaitExactly(1, 1, SOON);
    awaitTail(bad, 1);
    spoil(bad, hash);
    writer.appendWithoutRelay(bad, NewEvent.of("swept"));
    writer.appendWithoutRelay(good, NewEvent.of("swept"));
    ofBad.awaitExactly(1, 2, SOON);
    ofGood.awaitExactly(1, 1, SOON);
    awaitTail(bad, 2);
    awaitTail(good, 1);
  }

  private static void spoil(StreamId stream, boolean hash) {
    UnifiedJedis redis = writer.redis.jedis();
    String key = writer.redis.keys().flowState(stream.value());
    redis.del(key);
    if (hash) {
      redis.hset(key, Map.of("epoch", "of another build", "version", "x"));
    } else {
      redis.set(key, "no state");
    }
  }

  @Test
  void isExactWhenTwoRelaysWriteItAtOnce() throws Exception {
    StreamId stream = writer.open();
    writer.appendWithoutRelay(
        stream, IntStream.range(0, 400).mapToObj(n -> NewEvent.of("x")).toArray(NewEvent[]::new));
    Recorder recorder = watcher.watch(stream, 0);
    Position position = writer.bus.journal().position(stream).orElseThrow();
    List<StoredEvent> events = writer.bus.journal().read(stream, Sequence.START, 400);
    List<Relay> relays = List.of(relay(writer), relay(watcher));
    relays.forEach(Relay::start);
    for (int from = 0; from < 400; from += 10) {
      for (int n = 0; n < relays.size(); n++) {
        // The second is one batch ahead of the first, and then cut differently.
        int size = n == 0 ? 10 : 7;
        int to = Math.min(400, from + size);
        relays.get(n).handOver(CommittedBatch.ofPage(stream, position, events.subList(from, to)));
      }
    }
    for (Relay relay : relays) {
      relay.stop();
    }
    recorder.awaitExactly(1, 400, SOON);
    awaitTail(stream, 400);
    assertThat(tail.read(stream, new EventId(epoch(), Sequence.START), 1000)).isEqualTo(events);
  }

  private static Relay relay(Instance instance) {
    return new Relay(
        new RedisTail(instance.redis, EventSettings.defaults()),
        instance.database,
        EventSettings.defaults());
  }

  private static void awaitTail(StreamId stream, long last) {
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(tail.positions(Map.of(stream, epoch())))
                .containsEntry(stream, new TailPosition(new Sequence(last), false)));
  }

  private static String key(StreamId stream) {
    return writer.redis.keys().flowEvents(stream.value(), epoch().millis());
  }

  private static Epoch epoch() {
    return writer.bus.journal().confirmEpoch();
  }
}
