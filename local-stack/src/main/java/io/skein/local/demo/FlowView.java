package io.skein.local.demo;

/** Shows a flow while it runs: as lines, or as bars that move. Remarks may come from any thread. */
public interface FlowView {
  /** Shows where the flow is. */
  void flow(Flow flow);

  /** Shows an event, with the reason that one of a failure gives; each is shown once, in order. */
  void event(FlowEvent event);

  /** Shows how far an agent is. */
  void progress(AgentProgress progress);

  /** Shows a remark about the connection or the stack. */
  void remark(String text);

  /** Leaves the screen in order; what is printed next stands below. */
  void finish();
}
