package io.skein.local.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.demo.AgentProgress;
import io.skein.local.demo.Flow;
import io.skein.local.demo.FlowEvent;
import io.skein.local.demo.FlowFollower;
import io.skein.local.demo.FlowView;
import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.Program;
import io.skein.local.stack.StackProcess;
import io.skein.local.stack.StackSettings;
import io.skein.testing.DatabaseAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

/** A stack whose two workers can be held, and what PostgreSQL says of them. For one thread. */
final class HeldStack implements AutoCloseable {
  /** The unit of the step that completes a phase. */
  static final String FINISH = "finish";

  static final List<String> PHASES =
      List.of(
          "data_import_validation",
          "field_mapping",
          "data_cleansing",
          "asset_inventory",
          "dependency_analysis",
          "tech_debt_assessment",
          "finalization");

  /**
   * The workers take the steps of one flow in turns, so flow after flow may give a step to the same
   * one: after so many, two run at once, which mixes the turns.
   */
  private static final int ONE_BY_ONE = 4;

  private static final int MOST_FLOWS = 60;

  private final LocalStack stack;
  private final SkeinApi api;
  private final Connection connection;
  private final List<Path> files;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService followers = Executors.newVirtualThreadPerTaskExecutor();

  HeldStack(Path directory) throws IOException, SQLException {
    Program worker = Program.onThisClassPath(HoldingWorker.class.getName());
    stack =
        LocalStack.start(
            StackSettings.in(directory.resolve("stack"))
                .withApis(1)
                .withProgramOf("worker-1", worker)
                .withProgramOf("worker-2", worker));
    api =
        new SkeinApi(
            stack.apis().stream().map(StackProcess::url).toList(),
            stack.token("demo", "demo", "demo"));
    DatabaseAddress database = DatabaseAddress.parse(stack.databaseUrl());
    connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    run(
        """
        create table ledger (flow uuid not null, phase text not null, run int not null,
          unit text not null, worker text not null)
        """);
    run(
        """
        create table holds (id bigint generated always as identity primary key,
          worker text not null, phase text not null, unit text not null, point text not null,
          flow uuid, pid bigint, released boolean not null default false,
          gone_on boolean not null default false)
        """);
    files = inventory(directory);
  }

  /** {@code worker-1} or {@code worker-2}. */
  StackProcess worker(String name) {
    return stack.process(name);
  }

  /** Asks a worker to hold at the next step like this; answers the hold's number. */
  long arm(String worker, String phase, String unit, Point point) throws SQLException {
    return Long.parseLong(
        rows(
                "insert into holds (worker, phase, unit, point) values (?, ?, ?, ?) returning id",
                worker,
                phase,
                unit,
                point.name())
            .getFirst()
            .getFirst());
  }

  void release(long hold) throws SQLException {
    run("update holds set released = true where id = " + hold);
  }

  boolean isHeld(long hold) throws SQLException {
    return !rows("select 1 from holds where id = ? and flow is not null", hold).isEmpty();
  }

  /** The flow whose step is held, by which process. */
  Held held(long hold) throws SQLException {
    List<String> row = rows("select flow, pid from holds where id = ?", hold).getFirst();
    return new Held(UUID.fromString(row.get(0)), Long.parseLong(row.get(1)));
  }

  record Held(UUID flow, long pid) {}

  /** The held process has gone on and tried what it held. */
  boolean hasGoneOn(long hold) throws SQLException {
    return !rows("select 1 from holds where id = ? and gone_on", hold).isEmpty();
  }

  /** Starts flows until every hold holds one; answers them all. */
  List<Followed> startUntilHeld(List<Long> holds) throws Exception {
    List<Followed> flows = new ArrayList<>();
    long held = heldOf(holds);
    while (held < holds.size()) {
      if (flows.size() >= MOST_FLOWS) {
        throw new AssertionError(
            "%d flows have run, and of the holds %s these have none: %s; the steps went to %s"
                .formatted(
                    flows.size(),
                    holds,
                    rows("select id, worker, phase, unit, point from holds where flow is null"),
                    rows(
                        "select phase, worker, count(*) from ledger group by 1, 2 order by 1, 2")));
      }
      long before = held;
      List<Followed> started = new ArrayList<>(List.of(start()));
      if (flows.size() >= ONE_BY_ONE) {
        started.add(start());
      }
      flows.addAll(started);
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(20))
          .until(() ->
              heldOf(holds) > before || started.stream().allMatch(flow -> flow.end().isDone()));
      held = heldOf(holds);
    }
    return flows;
  }

  private long heldOf(List<Long> holds) throws SQLException {
    long held = 0;
    for (long hold : holds) {
      held += isHeld(hold) ? 1 : 0;
    }
    return held;
  }

  /** Sends a command of a user, such as {@code pause}, and answers the status. */
  int command(UUID flow, String name) throws IOException, InterruptedException {
    URI url = stack.apis().getFirst().url().resolve("/api/v1/flows/" + flow + "/" + name);
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Authorization", "Bearer " + stack.token("demo", "demo", "demo"))
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.noBody())
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  /** A flow and what a client that follows it from its creation has seen. */
  record Followed(UUID id, List<Long> sequences, CompletableFuture<Flow> end) {}

  /** Creates a flow on the small inventory and follows it as a client does, approving if asked. */
  Followed start() throws IOException, InterruptedException {
    String id = api.createFlow("a small inventory", files).flowId();
    List<Long> sequences = new CopyOnWriteArrayList<>();
    CompletableFuture<Flow> end = new CompletableFuture<>();
    followers.execute(() -> {
      try (FlowFollower follower = new FlowFollower(api, id, new Recorder(sequences))) {
        Flow flow = follower.follow();
        while (flow.status().equals("waiting_for_user")) {
          api.approve(id, Map.of());
          flow = follower.follow();
        }
        end.complete(flow);
      } catch (IOException | InterruptedException | RuntimeException e) {
        end.completeExceptionally(e);
      }
    });
    return new Followed(UUID.fromString(id), sequences, end);
  }

  /** The flow has completed, each of its effects counts once, its history has no gap. */
  void requireWhole(Followed flow) throws SQLException {
    assertThat(flow.end().join().status()).isEqualTo("completed");
    assertThat(
            rows(
                """
                select phase, unit, count(*) from ledger where flow = ?
                group by phase, unit having count(*) <> 1
                """,
                flow.id()))
        .as("effects applied more than once")
        .isEmpty();
    assertThat(column("select phase from ledger where flow = ? and unit = 'finish'", flow.id()))
        .containsExactlyInAnyOrderElementsOf(PHASES);
    assertThat(
            rows(
                """
                select phase, unit from flow_units where flow_id = ?
                except select phase, unit from ledger where flow = ?
                """,
                flow.id(),
                flow.id()))
        .as("units without their effect")
        .isEmpty();
    List<Long> recorded =
        column("select seq from events where stream_id = ? order by seq", flow.id()).stream()
            .map(Long::valueOf)
            .toList();
    assertThat(recorded)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, recorded.size()).boxed().toList());
    assertThat(flow.sequences()).as("what the client saw").isEqualTo(recorded);
  }

  List<String> column(String sql, Object... values) throws SQLException {
    return rows(sql, values).stream().map(List::getFirst).toList();
  }

  List<List<String>> rows(String sql, Object... values) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        query.setObject(i + 1, values[i]);
      }
      try (ResultSet result = query.executeQuery()) {
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            row.add(String.valueOf(result.getString(i)));
          }
          rows.add(row);
        }
        return rows;
      }
    }
  }

  private void run(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  @Override
  public void close() throws SQLException {
    followers.shutdownNow();
    api.close();
    http.shutdownNow();
    connection.close();
    stack.close();
  }

  private static List<Path> inventory(Path directory) throws IOException {
    StringBuilder assets =
        new StringBuilder("Hostname,IP Address,Operating System,CPU Cores,RAM (GB),Environment\n");
    StringBuilder edges = new StringBuilder("Application,Server,Relationship\n");
    for (int i = 1; i <= 40; i++) {
      assets.append(
          "srv-web-%02d,192.168.1.%d,%s,4,16,Production%n"
              .formatted(i, i, i % 2 == 0 ? "Windows Server 2019" : "Red Hat Enterprise Linux 8"));
      edges.append("shop-%d,srv-web-%02d,runs on%n".formatted(i % 7, i));
    }
    return List.of(
        Files.writeString(directory.resolve("assets.csv"), assets),
        Files.writeString(directory.resolve("edges.csv"), edges));
  }

  private record Recorder(List<Long> sequences) implements FlowView {
    @Override
    public void flow(Flow flow) {}

    @Override
    public void event(FlowEvent event) {
      sequences.add(event.seq());
    }

    @Override
    public void progress(AgentProgress progress) {}

    @Override
    public void remark(String text) {}

    @Override
    public void finish() {}
  }
}
