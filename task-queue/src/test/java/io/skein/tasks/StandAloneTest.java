package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The library alone, as docs/embedding.md shows it: a PostgreSQL, a Redis and two handlers. */
final class StandAloneTest {
  private static final Queue<String> DONE = new ConcurrentLinkedQueue<>();

  @Test
  void aServiceRunsItInTenLines() throws Exception {
    String databaseUrl = TestServers.postgres().createDatabase().url();
    String redisUrl = TestServers.redis().url();
    PostgresSettings postgres = PostgresSettings.parse(databaseUrl);
    Migrations.migrate(postgres, List.of("postgres-core", "task-queue"));
    try (Database database = Database.open(postgres, "shop-1");
        RedisConnections redis = RedisConnections.open(RedisSettings.of(redisUrl), "shop-1");
        TaskQueue tasks = TaskQueue.open(database, redis);
        Worker worker =
            new Worker(
                WorkerSettings.named("shop-1"),
                tasks,
                List.of(new SendMail(), new Charge(tasks)))) {
      worker.start();
      database.useTransaction(transaction -> {
        transaction.handle().execute("create table orders (number integer)");
        tasks.enqueue(
            transaction, NewTask.of("default", "charge", TypedTaskHandler.payload(new Order(7))));
      });
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(DONE).containsExactlyInAnyOrder("charged 7", "mailed 7"));
    }
  }

  /** A payload. */
  record Order(int number) {}

  private static final class Charge extends TypedTaskHandler<Order> {
    private final TaskQueue tasks;

    Charge(TaskQueue tasks) {
      super("charge", Order.class);
      this.tasks = tasks;
    }

    @Override
    protected void handle(TaskContext context, Order order) {
      context.complete(
          transaction -> {
            transaction.handle().execute("insert into orders values (?)", order.number());
            tasks.enqueue(transaction, NewTask.of("default", "send_mail", payload(order)));
            transaction.afterCommit(() -> DONE.add("charged " + order.number()));
          },
          null);
    }
  }

  private static final class SendMail extends TypedTaskHandler<Order> {
    SendMail() {
      super("send_mail", Order.class);
    }

    @Override
    protected void handle(TaskContext context, Order order) {
      DONE.add("mailed " + order.number());
    }
  }
}
