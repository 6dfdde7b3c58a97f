package io.skein.flows;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.TaskQueue;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that completes one side of a diamond at a time. In each round it reads a flow's id,
 * opens the transaction, says so, waits at the barrier, and makes the step that ends the phase.
 */
final class FinishingProcess {
  private FinishingProcess() {}

  /** Arguments: database, Redis, key prefix, phase, port of the barrier. Ends with the barrier. */
  public static void main(String[] args) throws Exception {
    PostgresSettings postgres = PostgresSettings.parse(args[0]);
    JsonMapper json = JsonMapper.builder().build();
    try (Database database = Database.open(postgres, "side-" + args[3]);
        RedisConnections redis =
            RedisConnections.open(RedisSettings.of(args[1]).withKeyPrefix(args[2]), args[3]);
        EventBus events = EventBus.start(database, redis, args[3], EventSettings.defaults());
        TaskQueue tasks = TaskQueue.open(database, redis);
        Socket barrier = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[4]))) {
      barrier.setTcpNoDelay(true);
      PhaseSteps steps = DiamondSteps.on(database, events, tasks, json).phases();
      PhaseOutcome outcome = PhaseOutcome.completed(Effect.NOTHING, json.createObjectNode());
      rounds(
          barrier,
          database,
          args[3],
          (transaction, task) -> steps.finishPhase(transaction, task, outcome, Effect.NOTHING));
    }
  }

  private static void rounds(Socket barrier, Database database, String phase, Finish finish)
      throws Exception {
    DataInputStream in = new DataInputStream(barrier.getInputStream());
    DataOutputStream out = new DataOutputStream(barrier.getOutputStream());
    while (true) {
      UUID flow;
      try {
        flow = new UUID(in.readLong(), in.readLong());
      } catch (EOFException over) {
        return;
      }
      PhaseTask task = new PhaseTask(new FlowId(flow), phase, 1, null);
      database.<Exception>useTransaction(transaction -> {
        // The barrier waits for the other process, however long that takes.
        transaction.handle().execute("set local idle_in_transaction_session_timeout = 0");
        var open = transaction.handle().createQuery("select 1").mapTo(Integer.class).one();
        out.write(open);
        var go = in.readByte();
        if (go != open) {
          throw new IOException("not what the barrier says");
        }
        finish.in(transaction, task);
      });
      out.write(2);
    }
  }

  static Process launch(FlowStack stack, String phase, int port) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FinishingProcess.class.getName(),
                stack.postgresUrl,
                stack.redisUrl,
                stack.keyPrefix,
                phase,
                String.valueOf(port)))
        .inheritIO()
        .start();
  }

  private interface Finish {
    void in(io.skein.postgres.Transaction transaction, PhaseTask task) throws Exception;
  }
}
