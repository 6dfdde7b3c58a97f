package io.skein.local.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One flow from its files to its report. */
public final class Demo {
  private static final int MOST_ERRORS = 5;

  private final SkeinApi api;
  private final FlowView view;
  private final Approver approver;
  private final PrintWriter out;

  public Demo(SkeinApi api, FlowView view, Approver approver, PrintWriter out) {
    this.api = api;
    this.view = view;
    this.approver = approver;
    this.out = out;
  }

  /** Fails early and by name when a file cannot be read. */
  public static void requireReadable(List<Path> files) {
    for (Path file : files) {
      if (!Files.exists(file)) {
        throw new DemoFailure("there is no file " + file);
      }
      if (!Files.isRegularFile(file)) {
        throw new DemoFailure(file + " is not a file; name the files in it");
      }
      if (!Files.isReadable(file)) {
        throw new DemoFailure("the file " + file + " cannot be read");
      }
    }
  }

  /** Uploads, follows, approves, prints the report; answers whether the flow completed. */
  public boolean run(List<Path> files) throws IOException, InterruptedException {
    say("uploading " + String.join(", ", files.stream().map(Path::toString).toList()));
    Flow flow = api.createFlow(name(files), files);
    say("flow " + flow.flowId());
    try (FlowFollower follower = new FlowFollower(api, flow.flowId(), view)) {
      flow = follower.follow();
      if (approver.asks() && flow.isCompleted()) {
        say("every column was certain enough, or of no use: there was nothing to ask");
      }
      while (flow.waitsForUser()) {
        view.finish();
        Optional<Map<String, String>> decision = decide(flow);
        if (decision.isEmpty()) {
          say(
              "the flow waits for its approval, with the stack running: POST /api/v1/flows/%s/approve (a token: ./skein token)"
                  .formatted(flow.flowId()));
          return false;
        }
        if (approves(flow, decision.get())) {
          flow = follower.follow();
        }
      }
    }
    view.finish();
    return printOutcome(flow);
  }

  private Optional<Map<String, String>> decide(Flow flow) {
    Flow.Approval approval = flow.approval();
    return approver.decide(approval == null ? new Flow.Approval(0, List.of(), Map.of()) : approval);
  }

  private boolean approves(Flow flow, Map<String, String> corrections)
      throws IOException, InterruptedException {
    say("approving the mapping");
    try {
      api.approve(flow.flowId(), corrections);
      return true;
    } catch (DemoFailure refused) {
      if (!approver.asks()) {
        throw refused;
      }
      say(String.valueOf(refused.getMessage()));
      return false;
    }
  }

  private boolean printOutcome(Flow flow) throws IOException, InterruptedException {
    if (!flow.isCompleted()) {
      Flow.FlowError error = flow.error();
      String phase = error == null || error.phase() == null ? "" : " in " + error.phase();
      say("the flow is " + flow.status() + phase + (error == null ? "" : ": " + error.reason()));
      say(
          "to go on from there, with the stack running: POST /api/v1/flows/%s/retry (a token: ./skein token)"
              .formatted(flow.flowId()));
      return false;
    }
    out.println();
    ReportText.lines(api.report(flow.flowId())).forEach(out::println);
    printImportErrors(flow);
    out.println();
    out.flush();
    return true;
  }

  private void printImportErrors(Flow flow) throws IOException, InterruptedException {
    ImportErrors errors = api.importErrors(flow.flowId(), MOST_ERRORS);
    for (ImportErrors.ImportError error : errors.items()) {
      out.println((error.rejected() ? "row refused   " : "cell left out ") + error.text());
    }
    if (errors.next() != null) {
      out.println("              and more: GET /api/v1/flows/" + flow.flowId() + "/import-errors");
    }
  }

  private static String name(List<Path> files) {
    String first = String.valueOf(files.getFirst().getFileName()).replaceFirst("\\.[^.]*$", "");
    return files.size() == 1 ? first : first + " and " + (files.size() - 1) + " more";
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
