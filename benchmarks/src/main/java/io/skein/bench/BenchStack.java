package io.skein.bench;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackProcess;
import io.skein.local.stack.StackSettings;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * PostgreSQL with fsync, Redis with its append-only file, API instances, and in this process what a
 * worker has: a pool and an event bus. Thread safe.
 */
public final class BenchStack implements AutoCloseable {
  private static final String NAME = "bench";

  /** So many that none comes near the bound of streams of one user. */
  private static final int USERS = 1_000;

  private final LocalStack stack;
  private final Path inventory;
  private final Database database;
  private final RedisConnections redis;
  private final EventBus events;
  private final List<String> tokens;

  private BenchStack(LocalStack stack, Path folder, int connections) throws IOException {
    this.stack = stack;
    this.inventory =
        Files.writeString(folder.resolve("inventory.csv"), "hostname,os\ndb-1,Debian 12\n");
    this.database =
        Database.open(PostgresSettings.parse(stack.databaseUrl()).withPoolSize(connections), NAME);
    this.redis = RedisConnections.open(RedisSettings.of(stack.redisUrl()), NAME);
    this.events = EventBus.start(database, redis, NAME, EventSettings.defaults());
    this.tokens =
        IntStream.range(0, USERS)
            .mapToObj(user -> stack.token(NAME, NAME, NAME + "-" + user))
            .toList();
  }

  /**
   * Starts everything; returns when it is ready.
   *
   * @param connections of this process to PostgreSQL
   * @param jvmOptions of the API instances, beside those of the demo
   */
  public static BenchStack start(Path folder, int apis, int connections, List<String> jvmOptions) {
    return start(folder, apis, connections, jvmOptions, UnaryOperator.identity());
  }

  /**
   * The same in another setting.
   *
   * @param change of what is started, before the JVM options are added
   */
  public static BenchStack start(
      Path folder,
      int apis,
      int connections,
      List<String> jvmOptions,
      UnaryOperator<StackSettings> change) {
    StackSettings settings =
        change.apply(StackSettings.in(folder).withApis(apis).withWorkers(0));
    for (int number = 1; number <= apis; number++) {
      settings = settings.withJvmOptionsOf("api-" + number, jvmOptions.toArray(String[]::new));
    }
    LocalStack stack = LocalStack.start(settings);
    try {
      return new BenchStack(stack, folder, connections);
    } catch (IOException | RuntimeException e) {
      stack.close();
      throw new IllegalStateException("the stack of the benchmark cannot be used", e);
    }
  }

  /** Where a further process finds PostgreSQL. */
  public String databaseUrl() {
    return stack.databaseUrl();
  }

  /** Where a further process finds Redis. */
  public String redisUrl() {
    return stack.redisUrl();
  }

  public Database database() {
    return database;
  }

  public RedisConnections redis() {
    return redis;
  }

  public EventBus events() {
    return events;
  }

  /** An API instance, counted from 1. */
  public StackProcess api(int number) {
    return stack.apis().get(number - 1);
  }

  /** Tokens of users who may all see the flows of {@link #createFlows}. */
  public List<String> tokens() {
    return tokens;
  }

  /** Flows that stay where they begin, since no worker runs. */
  public List<StreamId> createFlows(int count) {
    List<StreamId> flows = new ArrayList<>();
    try (SkeinApi api = new SkeinApi(List.of(api(1).url()), tokens.getFirst())) {
      for (int number = 0; number < count; number++) {
        flows.add(StreamId.parse(api.createFlow("bench", List.of(inventory)).flowId()));
      }
      return flows;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a flow", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating flows", e);
    }
  }

  /** Where the events of a flow are streamed. */
  public static String streamPath(StreamId flow) {
    return "/api/v1/flows/" + flow + "/events/stream";
  }

  /** Appends in a transaction of its own. */
  public void append(StreamId stream, List<NewEvent> batch) {
    database.useTransaction(transaction -> events.journal().append(transaction, stream, batch));
  }

  @Override
  public void close() {
    events.close();
    redis.close();
    database.close();
    stack.close();
  }
}
