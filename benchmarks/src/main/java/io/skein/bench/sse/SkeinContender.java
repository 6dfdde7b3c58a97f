package io.skein.bench.sse;

import io.skein.bench.BenchStack;
import io.skein.bench.Payload;
import io.skein.bench.load.Requests;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import java.util.List;

/** An API instance, fed by transactions of this process through PostgreSQL and Redis. */
final class SkeinContender implements Contender {
  static final String NAME = "Skein";
  static final int PAYLOAD = 150;

  private final BenchStack stack;
  private StreamId flow;

  SkeinContender(BenchStack stack) {
    this.stack = stack;
    this.flow = stack.createFlows(1).getFirst();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void begin() {
    flow = stack.createFlows(1).getFirst();
  }

  @Override
  public int port() {
    return stack.api(1).url().getPort();
  }

  @Override
  public Requests requests() {
    return Requests.of(List.of(BenchStack.streamPath(flow)), stack.tokens());
  }

  @Override
  public List<Long> pids() {
    return List.of(stack.api(1).pid());
  }

  @Override
  public void publish(long stamp) {
    NewEvent event = NewEvent.of("asset_found").withPayload(Payload.stamped(stamp, PAYLOAD));
    stack.append(flow, List.of(event));
  }

  @Override
  public void close() {
    // the stack is its owner's
  }
}
