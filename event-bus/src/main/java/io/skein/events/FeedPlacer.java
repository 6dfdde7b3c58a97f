package io.skein.events;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives committed appends their positions in the tenants' feeds, and tells every instance of it.
 * After a commit of its own process it does so at once; for those of others, plain SQL and dead
 * processes one instance looks every {@link EventSettings#placeInterval()}. That leadership only
 * saves work: what keeps two placers apart is the row lock in {@code skein_place_feed}. Thread
 * safe.
 */
public final class FeedPlacer {
  private static final Logger LOG = LoggerFactory.getLogger(FeedPlacer.class);
  private static final int APPENDS_AT_ONCE = 1000;

  /** What commits within this time after a pass shares the next one. */
  private static final long COALESCE_MILLIS = 5;

  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration LEASE_RENEWAL = Duration.ofSeconds(1);

  private final Database database;
  private final RedisConnections redis;
  private final FeatureGate gate;
  private final Leadership leadership;
  private final LongAdder placed = new LongAdder();
  private final Duty duty;
  private long ledAt = System.nanoTime() - LEASE.toNanos();
  private volatile boolean leading;

  FeedPlacer(Database database, RedisConnections redis, String instance, EventSettings settings) {
    this.database = database;
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
    this.leadership = new Leadership(database, "feed", instance, LEASE);
    this.duty = new Duty("skein-feed-placer", settings.placeInterval(), this::pass, this::resign);
  }

  /** How many appends it has placed. */
  public long placed() {
    return placed.sum();
  }

  /** Makes a pass now instead of at the next interval; never blocks. */
  void soon() {
    duty.soon();
  }

  void start() {
    duty.start();
  }

  void stop() throws InterruptedException {
    duty.stop();
  }

  private void resign() {
    if (leading) {
      leadership.resign();
    }
  }

  private void pass(boolean asked) throws InterruptedException {
    boolean more = lead() || asked;
    while (more && !duty.stopped()) {
      more = placeSomeOfEach();
      lead(); // also while there is much to do
    }
    TimeUnit.MILLISECONDS.sleep(COALESCE_MILLIS);
  }

  private boolean lead() {
    if (System.nanoTime() - ledAt >= LEASE_RENEWAL.toNanos()) {
      leading = leadership.lead().isPresent();
      ledAt = System.nanoTime();
    }
    return leading;
  }

  /** One turn for each tenant that waits, however much it has; whether one had more than that. */
  private boolean placeSomeOfEach() {
    boolean more = false;
    for (String tenant : database.read(FeedRows::waitingTenants)) {
      more |= place(tenant);
    }
    return more;
  }

  /** A tenant that fails does not hold up the others. */
  private boolean place(String tenant) {
    try {
      return placeSome(tenant).appends() == APPENDS_AT_ONCE;
    } catch (RuntimeException e) {
      LOG.warn("a tenant's appends could not be placed; the next pass repeats it", e);
      return false;
    }
  }

  private Placed placeSome(String tenant) {
    Placed some =
        database.inTransaction(tx ->
            tx.handle()
                .createQuery("select placed, head from skein_place_feed(:tenant, :most)")
                .bind("tenant", tenant)
                .bind("most", APPENDS_AT_ONCE)
                .map((row, context) -> new Placed(row.getLong("placed"), row.getLong("head")))
                .one());
    if (some.appends() > 0) {
      placed.add(some.appends());
      tell(tenant, some.head());
    }
    return some;
  }

  /** Also with the gate closed: others may listen. */
  private void tell(String tenant, long head) {
    if (gate.reachable()) {
      try {
        gate.tell(
            "tell of a feed's new head",
            () -> {
              byte[] told = Long.toString(head).getBytes(US_ASCII);
              redis.publish(redis.keys().feedPlaced(tenant), told);
              return told;
            });
      } catch (RedisAwayException e) {
        LOG.debug("nobody was told of the feed's new head; readers compare it", e);
      }
    }
  }

  private record Placed(long appends, long head) {}
}
