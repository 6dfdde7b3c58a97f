package io.skein.local.demo;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/** One line for each event, and for each quarter of an agent's work: for logs and pipes. */
public final class LineView implements FlowView {
  private static final int QUARTER = 25;

  private final PrintWriter out;
  private final Map<String, Integer> shownQuarters = new HashMap<>();

  public LineView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void flow(Flow flow) {}

  @Override
  public void event(FlowEvent event) {
    say(
        "%4d  %-20s %s"
            .formatted(event.seq(), event.type(), event.phase() == null ? "" : event.phase()));
    String reason = event.reason();
    if (reason != null) {
      remark(reason);
    }
  }

  @Override
  public void progress(AgentProgress progress) {
    int quarter = (int) progress.percent() / QUARTER;
    Integer shown = shownQuarters.put(progress.agent(), quarter);
    if (quarter > 0 && (shown == null || shown != quarter)) {
      say("      agent %s: %d %%".formatted(progress.agent(), quarter * QUARTER));
    }
  }

  @Override
  public void remark(String text) {
    say("      " + text);
  }

  @Override
  public void finish() {
    out.flush();
  }

  private synchronized void say(String line) {
    out.println(line.stripTrailing());
    out.flush();
  }
}
