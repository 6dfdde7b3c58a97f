package io.skein.bench.events;

import io.skein.bench.BenchStack;
import io.skein.bench.Payload;
import io.skein.bench.Report;
import io.skein.bench.Schedule;
import io.skein.bench.Target;
import io.skein.bench.load.LoadFigures;
import io.skein.bench.load.LoadGenerator;
import io.skein.bench.load.Requests;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import java.time.Duration;
import java.util.List;

/**
 * From the moment at which an event was to be appended until a client at another instance has read
 * it: 1,000 transactions a second over 200 flows, each watched by a client at two instances, while
 * this process appends. Not thread safe.
 */
public final class DeliveryRound {
  /** At once; PostgreSQL syncs those of several together. */
  public static final int CONNECTIONS = 32;

  private static final int FLOWS = 200;
  private static final int EVENTS_A_SECOND = 1_000;
  private static final int PAYLOAD = 150;
  private static final Duration WARM_UP = Duration.ofSeconds(40);
  private static final double MOST_P50_MILLIS = 5;
  private static final double MOST_P99_MILLIS = 20;
  private static final String P50 = "append to client, p50";
  private static final String P99 = "append to client, p99";
  private static final String MAX = "append to client, max";
  private static final String ARRIVED = "append to client, arrived";

  private final BenchStack stack;
  private final LoadGenerator load;
  private final Duration duration;
  private final Report report;
  private final List<StreamId> flows;

  public DeliveryRound(BenchStack stack, LoadGenerator load, Duration duration, Report report) {
    this.stack = stack;
    this.load = load;
    this.duration = duration;
    this.report = report;
    this.flows = stack.createFlows(FLOWS);
  }

  public void warmUp() {
    open();
    send(WARM_UP);
    load.closeStreams();
  }

  public void run() {
    open();
    send(Duration.ofSeconds(1));
    load.mark();
    long sent = send(duration);
    LoadFigures figures = load.read();
    load.closeStreams();
    report.add(P50, figures.p50Micros() / 1e3, "ms");
    report.add(P99, figures.p99Micros() / 1e3, "ms");
    report.add(MAX, figures.maxMicros() / 1e3, "ms");
    report.add("events appended one by one", sent / (double) duration.toSeconds(), "/s");
    report.add(ARRIVED, 100.0 * figures.deliveries() / (2 * sent), "%");
  }

  /** Met only when each event arrived once at each of its two clients, in every round. */
  public Target target() {
    double p50 = report.median(P50);
    double p99 = report.median(P99);
    double arrived = report.worst(ARRIVED, 100);
    return new Target(
        "T5",
        "p50=%sms p99=%sms arrived=%s"
            .formatted(Report.number(p50), Report.number(p99), Report.percent(arrived)),
        "p50<=5ms p99<=20ms arrived=100%",
        p50 <= MOST_P50_MILLIS && p99 <= MOST_P99_MILLIS && arrived == 100);
  }

  /** Each stream begins after what is there already: its history is not what is measured. */
  private void open() {
    for (int instance = 1; instance <= 2; instance++) {
      Requests requests =
          Requests.of(flows.stream().map(this::pathFromNow).toList(), stack.tokens());
      load.open(FLOWS, stack.api(instance).url().getPort(), requests);
    }
  }

  private String pathFromNow(StreamId flow) {
    String lastId = stack.events().journal().position(flow).orElseThrow().lastId().toString();
    return BenchStack.streamPath(flow) + "?lastEventId=" + lastId;
  }

  /** Answers how many were sent, when nothing arrives any more. */
  private long send(Duration time) {
    Schedule schedule = new Schedule(EVENTS_A_SECOND, CONNECTIONS);
    long sent =
        schedule.run(
            time,
            (number, stamp) ->
                stack.append(
                    flows.get((int) (number % FLOWS)),
                    List.of(
                        NewEvent.of("asset_found").withPayload(Payload.stamped(stamp, PAYLOAD)))));
    load.awaitQuiet();
    return sent;
  }
}
