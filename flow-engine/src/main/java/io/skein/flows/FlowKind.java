package io.skein.flows;

import java.util.List;

/**
 * A kind of flow: its phases and who does them. Found through {@link java.util.ServiceLoader} by
 * the executables, so that a second kind is added without touching the engine.
 */
public interface FlowKind {

  FlowDefinition definition();

  /** One handler for each phase of the definition. */
  List<PhaseHandler> handlers(KindEnvironment environment);
}
