package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.FeatureGate;
import io.skein.redis.KeySpace;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisErrors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The level that all instances share: one hash for each state, which the relay raises as well.
 * Reads and fills go through the gate; what tells of a change does not, so that it is told as long
 * as Redis answers. Thread safe. Every method throws {@link RedisAwayException} when Redis does not
 * answer.
 */
final class RedisStates<V> {
  private static final LuaScript LEASE = LuaScript.load(RedisStates.class, "lease_load.lua");
  private static final LuaScript FILL = LuaScript.load(RedisStates.class, "fill_state.lua");
  private static final LuaScript DROP = LuaScript.load(RedisStates.class, "drop_lease.lua");
  private static final LuaScript PUT = LuaScript.load(RedisStates.class, "put_state.lua");
  private static final LuaScript FORGET = LuaScript.load(RedisStates.class, "forget_state.lua");
  private static final LuaScript DISCARD = LuaScript.load(RedisStates.class, "discard_state.lua");
  private static final byte[] EPOCH = bytes(KeySpace.STATE_EPOCH);
  private static final byte[] VERSION = bytes(KeySpace.STATE_VERSION);
  private static final byte[] DATA = bytes(KeySpace.STATE_DATA);
  private static final byte[] META = bytes("meta");
  private static final byte[] SOFT = bytes("soft");
  private static final byte[] NOTHING = new byte[0];
  private static final PutOutcome[] OUTCOMES = {
    PutOutcome.OUTDATED, PutOutcome.VERSION_TOLD, PutOutcome.KEPT
  };

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final String kind;
  private final Envelope<V> envelope;

  RedisStates(RedisConnections redis, FeatureGate gate, String kind, Envelope<V> envelope) {
    this.redis = redis;
    this.gate = gate;
    this.kind = kind;
    this.envelope = envelope;
  }

  /** A state as it was found. */
  record Found<V>(Entry<V> entry, boolean pastSoftExpiry) {}

  /** How long a state is kept, and when it is loaded anew before that. */
  record Expiry(Duration hard, Duration soft) {}

  /** Empty when there is nothing or only a tombstone. */
  Optional<Found<V>> read(String id) throws UndecodableException {
    byte[] key = key(id);
    Stored stored = gate.call("reading a state", () -> read(key));
    if (stored.misshapen != null) {
      throw new UndecodableException(NOTHING, stored.misshapen);
    }
    byte[] data = stored.fields.get(2);
    if (data == null) {
      return Optional.empty();
    }
    Entry<V> entry = envelope.open(version(stored.fields), data);
    return Optional.of(new Found<>(entry, stored.left < soft(stored.fields.get(3))));
  }

  /**
   * @param misshapen when the key is no hash
   */
  private record Stored(
      List<byte @Nullable []> fields, long left, @Nullable JedisDataException misshapen) {}

  private Stored read(byte[] key) {
    Response<List<byte[]>> fields;
    Response<Long> left;
    try (AbstractPipeline pipeline = redis.jedis().pipelined()) {
      fields = pipeline.hmget(key, EPOCH, VERSION, DATA, SOFT);
      left = pipeline.pttl(key);
      pipeline.sync();
    }
    try {
      return new Stored(PipelineReply.of(fields), PipelineReply.of(left), null);
    } catch (JedisDataException e) {
      if (RedisErrors.isWrongType(e)) {
        return new Stored(List.of(), 0, e);
      }
      throw e;
    }
  }

  /** Status, phase and time of the state that is there; empty as {@link #read}'s is. */
  Optional<Versioned<StateMetadata>> metadata(String id) throws UndecodableException {
    byte[] key = key(id);
    List<byte @Nullable []> fields =
        gate.call("reading metadata", () -> redis.jedis().hmget(key, EPOCH, VERSION, META));
    byte[] metadata = fields.get(2);
    if (fields.get(0) == null || fields.get(1) == null || metadata == null) {
      return Optional.empty();
    }
    StateVersion version = version(fields);
    return Envelope.metadata(version, metadata).map(found -> new Versioned<>(version, found));
  }

  /**
   * Asks for the turn to load.
   *
   * @param renew whether a state past its soft expiry is to be loaded anew
   */
  LoadTurn<V> lease(String id, String token, Duration life, Demand demand, boolean renew)
      throws UndecodableException {
    Object answer =
        run(
            "leasing a load",
            LEASE,
            id,
            List.of(
                bytes(token),
                bytes(life.toMillis()),
                bytes(demand.seen().epoch()),
                bytes(demand.seen().version()),
                bytes(demand.minVersion()),
                bytes(renew ? 1 : 0)));
    if (!(answer instanceof List<?> list)) {
      return new LoadTurn.Taken<>();
    }
    List<byte @Nullable []> fields = list.stream().map(byte[].class::cast).toList();
    StateVersion version = version(fields);
    if (fields.size() < 3) {
      return new LoadTurn.Granted<>(token, version);
    }
    byte[] data = fields.get(2);
    return new LoadTurn.Filled<>(envelope.open(version, data == null ? NOTHING : data), false);
  }

  /** Whether the state was taken. */
  boolean fill(
      String id, String token, StateVersion version, Envelope.Sealed sealed, Expiry expiry) {
    return is(
        1,
        run(
            "filling a state",
            FILL,
            id,
            List.of(
                bytes(token),
                bytes(version.epoch()),
                bytes(version.version()),
                sealed.data(),
                sealed.metadata(),
                bytes(expiry.hard().toMillis()),
                bytes(left(expiry)))));
  }

  void drop(String id, String token) {
    run("giving a load up", DROP, id, List.of(bytes(token)));
  }

  /**
   * Writes a committed state without a lease.
   *
   * @param sealed null to tell of the version alone
   */
  PutOutcome put(String id, StateVersion version, Envelope.@Nullable Sealed sealed, Expiry expiry) {
    List<byte[]> arguments =
        List.of(
            bytes(version.epoch()),
            bytes(version.version()),
            sealed == null ? NOTHING : sealed.data(),
            sealed == null ? NOTHING : sealed.metadata(),
            bytes(expiry.hard().toMillis()),
            bytes(left(expiry)),
            bytes(redis.keys().versions(kind)),
            bytes(id),
            bytes(KeySpace.VERSION_LIFE.toMillis()));
    Object answer = tell("putting a state", PUT, id, arguments);
    return OUTCOMES[answer instanceof Long code ? code.intValue() : 0];
  }

  /** Removes a state everywhere; whether Redis had it. */
  boolean forget(String id) {
    List<byte[]> arguments = List.of(bytes(redis.keys().versions(kind)), bytes(id));
    return is(1, tell("forgetting a state", FORGET, id, arguments));
  }

  /** Removes what could not be decoded, unless it has been replaced. */
  void discard(String id, UndecodableException found) {
    run("discarding a state", DISCARD, id, List.of(found.data()));
  }

  private static long left(Expiry expiry) {
    return expiry.hard().minus(expiry.soft()).toMillis();
  }

  private @Nullable Object run(String doing, LuaScript script, String id, List<byte[]> arguments) {
    List<byte[]> keys = List.of(key(id));
    return gate.<Optional<Object>>call(
            doing, () -> Optional.ofNullable(script.runBytes(redis.jedis(), keys, arguments)))
        .orElse(null);
  }

  /** Past the gate: whoever has it open is to know. */
  private @Nullable Object tell(String doing, LuaScript script, String id, List<byte[]> arguments) {
    List<byte[]> keys = List.of(key(id));
    return gate.<Optional<Object>>tell(
            doing, () -> Optional.ofNullable(script.runBytes(redis.jedis(), keys, arguments)))
        .orElse(null);
  }

  private static boolean is(long wanted, @Nullable Object answer) {
    return Long.valueOf(wanted).equals(answer);
  }

  private static StateVersion version(List<byte @Nullable []> fields) throws UndecodableException {
    try {
      return new StateVersion(number(fields.get(0)), number(fields.get(1)));
    } catch (IllegalArgumentException e) {
      throw new UndecodableException(NOTHING, e);
    }
  }

  /** How much of its life is left when a state is to be loaded anew; 0 for never. */
  private static long soft(byte @Nullable [] text) throws UndecodableException {
    try {
      return text == null ? 0 : number(text);
    } catch (NumberFormatException e) {
      throw new UndecodableException(NOTHING, e);
    }
  }

  private byte[] key(String id) {
    return bytes(redis.keys().state(kind, id));
  }

  private static long number(byte @Nullable [] text) {
    if (text == null) {
      throw new NumberFormatException("there is no number");
    }
    return Long.parseLong(new String(text, UTF_8));
  }

  private static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
