package io.skein.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two processes complete the two parallel phases of a flow in the same instant. Without the lock of
 * the flow's row each sees the other's phase unfinished and nobody starts the next. {@code
 * -Dskein.test.full=true} makes a thousand rounds.
 */
@Tag("long")
class ParallelFinishTest {
  private static final int ROUNDS = Boolean.getBoolean("skein.test.full") ? 1_000 : 200;
  private static final Owner OWNER = new Owner("acme", "plant-7");

  @Test
  void theNextPhaseStartsExactlyOnceEachTime() throws Exception {
    List<Process> processes = new ArrayList<>();
    try (FlowStack stack = new FlowStack(List.of(DiamondFlow.idle()), StepListener.NONE);
        ServerSocket port = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
      processes.add(FinishingProcess.launch(stack, "b", port.getLocalPort()));
      processes.add(FinishingProcess.launch(stack, "c", port.getLocalPort()));
      port.setSoTimeout(60_000);
      try (Side one = new Side(port.accept());
          Side other = new Side(port.accept())) {
        for (int round = 0; round < ROUNDS; round++) {
          FlowId flow = flowAtTheFork(stack);
          one.begin(flow);
          other.begin(flow);
          one.expect(1);
          other.expect(1);
          one.go();
          other.go();
          one.expect(2);
          other.expect(2);
          requireOneStart(stack, flow, round);
        }
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /** A flow whose phases b and c have just begun. */
  private static FlowId flowAtTheFork(FlowStack stack) throws Exception {
    DiamondSteps steps = DiamondSteps.on(stack.database, stack.events, stack.tasks, stack.json);
    NewFlow flow =
        new NewFlow(
            OWNER,
            DiamondFlow.KIND,
            "a race",
            LocalDate.of(2026, 11, 22),
            "ann",
            null,
            null,
            List.of());
    PhaseOutcome outcome = PhaseOutcome.completed(Effect.NOTHING, stack.json.createObjectNode());
    return stack.database.inTransaction(transaction -> {
      FlowId id = steps.advance().create(transaction, flow, stack.engine.uploads()).id();
      steps
          .phases()
          .finishPhase(transaction, new PhaseTask(id, "a", 1, null), outcome, Effect.NOTHING);
      return id;
    });
  }

  private static void requireOneStart(FlowStack stack, FlowId flow, int round) {
    assertThat(
            count(
                stack,
                "select count(*) from events where stream_id = :flow"
                    + " and type = 'phase_started' and phase = 'd'",
                flow))
        .as("starts of phase d in round %d", round)
        .isEqualTo(1);
    assertThat(
            count(
                stack,
                "select count(*) from tasks where flow = :flow and payload ->> 'phase' = 'd'",
                flow))
        .as("tasks of phase d in round %d", round)
        .isEqualTo(1);
    assertThat(
            count(stack, "select run from flow_phases where flow_id = :flow and phase = 'd'", flow))
        .isEqualTo(1);
    assertThat(count(stack, "select progress from flows where id = :flow", flow)).isEqualTo(75);
  }

  private static long count(FlowStack stack, String sql, FlowId flow) {
    return stack.database.read(
        handle -> handle.createQuery(sql).bind("flow", flow.value()).mapTo(Long.class).one());
  }

  /** One process at the barrier. */
  private static final class Side implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Side(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(60_000);
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
    }

    void begin(FlowId flow) throws IOException {
      java.nio.ByteBuffer id = java.nio.ByteBuffer.allocate(16);
      id.putLong(flow.value().getMostSignificantBits());
      id.putLong(flow.value().getLeastSignificantBits());
      out.write(id.array());
    }

    void go() throws IOException {
      out.write(1);
    }

    void expect(int answer) throws IOException {
      assertThat(in.readByte()).isEqualTo((byte) answer);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
