package io.skein.bench.events;

import io.skein.bench.BenchStack;
import io.skein.bench.Payload;
import io.skein.bench.Report;
import io.skein.bench.Target;
import io.skein.events.NewEvent;
import io.skein.events.RelayCounts;
import io.skein.events.StreamId;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Durable events in batches, through journal, relay and Redis; against plain inserts of the same
 * rows into a table of the same shape, on the same pool. Not thread safe.
 */
public final class AppendRound {
  /** Threads that append, each on a connection. */
  public static final int CONNECTIONS = 8;

  private static final int BATCH = 50;
  private static final int STREAMS_OF_EACH = 25;
  private static final double LEAST = 40_000;
  private static final double LEAST_SHARE = 0.6;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final String SKEIN = "events appended, batches of 50";
  private static final String PLAIN = "rows inserted plainly, batches of 50";

  private final BenchStack stack;
  private final Duration duration;
  private final Report report;
  private final PlainTable table;
  private final List<NewEvent> batch =
      Collections.nCopies(BATCH, NewEvent.of("asset_found").withPayload(Payload.of(150)));
  private final List<List<StreamId>> streams;

  public AppendRound(BenchStack stack, Duration duration, Report report) {
    this.stack = stack;
    this.duration = duration;
    this.report = report;
    this.table = PlainTable.create(stack.database());
    this.streams =
        IntStream.range(0, CONNECTIONS).mapToObj(thread -> openStreams(STREAMS_OF_EACH)).toList();
  }

  public void warmUp() {
    measure(this::append, WARM_UP);
    measure(this::insert, WARM_UP);
  }

  public void run() {
    RelayCounts before = stack.events().relay().counts();
    double appended = measure(this::append, duration);
    RelayCounts after = stack.events().relay().counts();
    report.add(SKEIN, appended, "/s");
    report.add(PLAIN, measure(this::insert, duration), "/s");
    report.add("batches the relay left to the sweep", after.dropped() - before.dropped(), "");
  }

  public Target target() {
    double share = report.median(SKEIN) / report.median(PLAIN);
    return new Target(
        "T6",
        "%s/s %sx-plain".formatted(Report.number(report.median(SKEIN)), Report.number(share)),
        ">=40,000/s >=0.6x-plain",
        report.median(SKEIN) >= LEAST && share >= LEAST_SHARE);
  }

  private List<StreamId> openStreams(int count) {
    List<StreamId> ids =
        Stream.generate(() -> new StreamId(UUID.randomUUID())).limit(count).toList();
    stack
        .database()
        .useTransaction(transaction ->
            ids.forEach(id -> stack.events().journal().open(transaction, id, "bench")));
    return ids;
  }

  private void append(StreamId stream) {
    stack.append(stream, batch);
  }

  private void insert(StreamId stream) {
    table.insert(stream, batch);
  }

  /** Events a second. */
  private double measure(Consumer<StreamId> write, Duration time) {
    long begin = System.nanoTime();
    long batches = new Writers(streams).run(time, write);
    return batches * (double) BATCH * 1e9 / (System.nanoTime() - begin);
  }
}
