package io.skein.bench;

import io.skein.bench.tasks.TaskRounds;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Durable tasks: how many, how fast they are enqueued, and how soon one begins. */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = "T1, T2 and T3: tasks a second, tasks enqueued in bulk, and until one begins.")
final class TasksCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--rounds",
      converter = AtLeastOne.class,
      paramLabel = "N",
      defaultValue = "5",
      description = "rounds, the rivals in turn in each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--tasks",
      converter = AtLeastOne.class,
      paramLabel = "N",
      defaultValue = "40000",
      description =
          "tasks of each in a round of T1, an eighth for BullMQ on PostgreSQL and Celery; T2"
              + " enqueues five times as many (default: ${DEFAULT-VALUE})")
  private int tasks;

  @Option(
      names = "--slots",
      converter = AtLeastOne.class,
      paramLabel = "N",
      defaultValue = "500",
      description =
          "tasks at once in Skein's worker, by default what Graphile Worker takes ahead"
              + " (default: ${DEFAULT-VALUE})")
  private int slots;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "a further JVM option of the worker, such as one that records a profile")
  private List<String> jvmOptions = List.of();

  @Option(names = "--only", paramLabel = "T", description = "T1, T2 or T3 instead of all")
  private Set<String> only = Set.of("T1", "T2", "T3");

  @Option(names = "--alone", description = "Skein without its rivals")
  private boolean alone;

  @Option(names = "--json", paramLabel = "FILE", description = "writes every round there, too")
  private @Nullable Path json;

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    TaskRounds.Scope scope = new TaskRounds.Scope(only, alone, tasks, slots, jvmOptions);
    Path installed = Path.of(System.getProperty("skein.home", ".")).resolve(".skein/rivals");
    try (BenchFolder folder = BenchFolder.create();
        BenchServers servers = BenchServers.start(folder);
        TaskRounds all = new TaskRounds(servers, scope, installed, folder.path(), report)) {
      report.say("warming up");
      all.warmUp();
      report.rounds(rounds, all::run);
      all.runWithoutRedis(rounds);
      all.targets().forEach(report::target);
    }
    return report.finish("tasks", Clock.systemUTC(), json);
  }
}
