package io.skein.local.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bar for the flow, for each phase and for each agent, drawn over itself at most ten times a
 * second.
 */
public final class BarView implements FlowView {
  private static final Duration REDRAW_INTERVAL = Duration.ofMillis(100);
  private static final int NAME_WIDTH = 26;
  private static final int LONGEST_BAR = 40;
  private static final int TEXT_AFTER_BAR = 26;
  private static final String UP_AND_CLEAR = "\u001b[%dA\r\u001b[J";

  private final PrintWriter out;
  private final int width;
  private final Map<String, AgentProgress> agents = new LinkedHashMap<>();

  /** Printed once, above the bars, where they stay. */
  private final List<String> remarks = new ArrayList<>();

  private @Nullable Flow flow;
  private String lastLine = "";
  private int drawnLines;
  private long drawnAt;

  /**
   * @param width columns of the terminal
   */
  public BarView(PrintWriter out, int width) {
    this.out = out;
    this.width = Math.max(40, width);
  }

  @Override
  public synchronized void flow(Flow current) {
    flow = current;
    drawSometimes();
  }

  @Override
  public synchronized void event(FlowEvent event) {
    lastLine =
        "event %d: %s %s"
            .formatted(event.seq(), event.type(), event.phase() == null ? "" : event.phase());
    String reason = event.reason();
    if (reason != null) {
      remarks.add(lastLine.strip() + ": " + reason);
    }
    drawSometimes();
  }

  @Override
  public synchronized void progress(AgentProgress progress) {
    agents.put(progress.agent(), progress);
    drawSometimes();
  }

  @Override
  public synchronized void remark(String text) {
    remarks.add(text);
    drawSometimes();
  }

  @Override
  public synchronized void finish() {
    draw();
    drawnLines = 0;
  }

  private void drawSometimes() {
    if (System.nanoTime() - drawnAt >= REDRAW_INTERVAL.toNanos()) {
      draw();
    }
  }

  private void draw() {
    drawnAt = System.nanoTime();
    List<String> lines = lines();
    if (drawnLines > 0) {
      out.printf(UP_AND_CLEAR, drawnLines);
    }
    remarks.forEach(out::println);
    remarks.clear();
    lines.forEach(
        line -> out.println(line.length() >= width ? line.substring(0, width - 1) : line));
    out.flush();
    drawnLines = lines.size();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (flow != null) {
      lines.add(bar(flow.name(), flow.progress(), flow.status()));
      flow.phases()
          .forEach(phase -> lines.add(bar("  " + phase.phase(), phase.percent(), text(phase))));
    }
    agents
        .values()
        .forEach(agent ->
            lines.add(
                bar(
                    "  agent " + agent.agent(),
                    (int) agent.percent(),
                    agent.status() == null ? "" : agent.status())));
    lines.add(lastLine);
    return lines;
  }

  private static String text(Flow.Phase phase) {
    return phase.batchesTotal() == null || phase.batchesTotal() == 0
        ? phase.status()
        : "%s %d/%d"
            .formatted(
                phase.status(),
                phase.batchesDone() == null ? 0 : phase.batchesDone(),
                phase.batchesTotal());
  }

  private String bar(String name, int percent, String text) {
    int length = Math.clamp(width - NAME_WIDTH - TEXT_AFTER_BAR, 5, LONGEST_BAR);
    int filled = Math.clamp((long) length * percent / 100, 0, length);
    return "%-26.26s %s%s %3d %% %s"
        .formatted(name, "█".repeat(filled), "░".repeat(length - filled), percent, text);
  }
}
