package io.skein.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.locks.LockName;
import io.skein.locks.LockRequest;
import io.skein.locks.Locks;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that has lost the flow's lock leaves the flow to the one who has it now. */
class LostLockTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private FlowStack stack;
  private RedisConnections redis;
  private Locks others;

  @BeforeEach
  void start() {
    DiamondFlow kind = new DiamondFlow(MINUTE, environment -> new DiamondFlow.Work() {});
    stack = new FlowStack(List.of(kind), StepListener.NONE);
    redis =
        RedisConnections.open(
            RedisSettings.of(stack.redisUrl).withKeyPrefix(stack.keyPrefix), "others");
    others = new Locks(redis, stack.database, MINUTE);
  }

  @AfterEach
  void stop() throws Exception {
    others.close();
    redis.close();
    stack.close();
  }

  @Test
  void noFenceIsIssuedToACommandThatLostItsLockWhileItWaitedForTheRow() throws Exception {
    Stalls.repeatIfStalled(this::robACommandThatWaits); // PostgreSQL ends what waits for 5 s
  }

  private void robACommandThatWaits() throws Exception {
    FlowId flow = create();
    LockName lock = new LockName("flow:" + flow);
    long lost = stack.locks.statistics().lost();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<CommandOutcome> command =
          stack.database.inTransaction(transaction -> {
            transaction
                .handle()
                .select("select fence from flows where id = ? for update", flow.value())
                .mapTo(Long.class)
                .one();
            Future<CommandOutcome> waiting = executor.submit(() -> pause(flow));
            await().until(() -> others.holder(lock).isPresent());
            rob(lock);
            await().until(() -> stack.locks.statistics().lost() == lost + 1);
            return waiting;
          });
      assertThat(command.get()).isInstanceOf(CommandOutcome.Busy.class);
    }
    long fence =
        stack.database.read(handle ->
            handle
                .select("select fence from flows where id = ?", flow.value())
                .mapTo(Long.class)
                .one());
    assertThat(fence).isZero();
  }

  /** Has the lock until the end of the test. */
  private void rob(LockName lock) {
    await()
        .until(
            () -> {
              TestServers.redis().flush();
              return others.tryAcquire(LockRequest.of(lock, "robber", MINUTE));
            },
            Optional::isPresent);
  }

  private CommandOutcome pause(FlowId flow) throws InterruptedException {
    return stack.engine.commands().pause(new CommandRequest(OWNER, flow, "ann", null, null));
  }

  private FlowId create() {
    CommandOutcome.Done done =
        (CommandOutcome.Done)
            stack.engine.create(
                new NewFlow(
                    OWNER,
                    DiamondFlow.KIND,
                    "a theft",
                    LocalDate.of(2026, 11, 22),
                    "ann",
                    null,
                    null,
                    List.of()),
                null);
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }
}
