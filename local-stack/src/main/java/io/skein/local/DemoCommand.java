package io.skein.local;

import io.skein.local.demo.Approver;
import io.skein.local.demo.AskingApprover;
import io.skein.local.demo.BarView;
import io.skein.local.demo.Demo;
import io.skein.local.demo.DemoFailure;
import io.skein.local.demo.FlowView;
import io.skein.local.demo.LineView;
import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what Skein does: one discovery flow on real files, in front of the user. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a stack if none runs, uploads inventories, follows the flow, prints the report.",
      "Then the stack runs until Ctrl-C. Exit code 0 only if the flow completed."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec command;
  @Mixin private StackOptions options;

  @Parameters(paramLabel = "FILES", description = "CSV inventories (default: samples/*.csv)")
  private List<Path> files = List.of();

  @ArgGroup private @Nullable Approval approval;

  @Option(names = "--exit", description = "end the stack that the demo started, when the flow ends")
  private boolean exit;

  private volatile @Nullable FlowView shown;

  /** One of the two. */
  static final class Approval {
    @Option(names = "--approve", description = "accept the proposed mapping (default)")
    private boolean approve;

    @Option(names = "--ask", description = "ask before the mapping is accepted")
    private boolean ask;
  }

  @Override
  public Integer call() throws Exception {
    List<Path> chosen = files.isEmpty() ? samples() : files;
    Demo.requireReadable(chosen);
    return RunUntilShutdown.call(INTERRUPTED, shutdown -> runInStack(shutdown, chosen));
  }

  private int runInStack(RunUntilShutdown shutdown, List<Path> chosen) throws Exception {
    Optional<RunningStack> running = RunningStack.in(options.location().directory());
    if (running.isPresent()) {
      boolean completed = runFlow(running.get(), chosen);
      say("the stack was running before and goes on");
      return completed ? 0 : 1;
    }
    try (AttachedStack attached = AttachedStack.start(options.settings(), this::report)) {
      boolean completed = runFlow(options.location().requireRunning(), chosen);
      int exitCode = completed ? 0 : 1;
      shutdown.exitCodeOnSignal(exitCode);
      if (!exit) {
        say("the stack runs until Ctrl-C");
        RunUntilShutdown.awaitSignal();
      }
      return exitCode;
    }
  }

  private boolean runFlow(RunningStack running, List<Path> chosen)
      throws IOException, InterruptedException {
    String token = TokenCommand.ofOwner(running.directory());
    List<URI> instances =
        running.state().api().stream()
            .map(StackState.Member::url)
            .filter(Objects::nonNull)
            .map(URI::create)
            .toList();
    if (instances.isEmpty()) {
      throw new DemoFailure("this stack has no API instance; start one with --api 1 or more");
    }
    say(
        (exit ? "dashboard, while the flow runs: " : "dashboard: ")
            + instances.getFirst()
            + "/#token="
            + token);
    FlowView view = chooseView();
    try (SkeinApi api = new SkeinApi(instances, token)) {
      shown = view;
      return new Demo(api, view, approver(), out()).run(chosen);
    } finally {
      shown = null;
    }
  }

  /** What the supervisor has to say while the flow is drawn must not tear the drawing. */
  private void report(String line) {
    FlowView current = shown;
    if (current == null) {
      say(line);
    } else {
      current.remark(line);
    }
  }

  private Approver approver() {
    boolean ask = approval != null && approval.ask;
    return ask
        ? new AskingApprover(
            new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())), out())
        : Approver.acceptingAll();
  }

  private FlowView chooseView() {
    OptionalInt width = TerminalWidth.find();
    return width.isPresent() ? new BarView(out(), width.getAsInt()) : new LineView(out());
  }

  private static List<Path> samples() throws IOException {
    Path folder = StackLocation.home().resolve("samples");
    if (!Files.isDirectory(folder)) {
      throw new DemoFailure("there are no samples in " + folder + "; name the files to upload");
    }
    try (Stream<Path> found = Files.list(folder)) {
      List<Path> samples = found.filter(file -> file.toString().endsWith(".csv")).sorted().toList();
      if (samples.isEmpty()) {
        throw new DemoFailure("there are no samples in " + folder + "; name the files to upload");
      }
      return samples;
    }
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private void say(String line) {
    out().println(line);
    out().flush();
  }
}
