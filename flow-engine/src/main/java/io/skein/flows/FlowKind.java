package io.skein.flows;

import java.util.List;
import java.util.ServiceLoader;

/**
 * A kind of flow: its phases and who does them. Found through {@link ServiceLoader} by the
 * executables, so that a second kind is added without touching the engine.
 */
public interface FlowKind {

  /** The kinds on the class path. */
  static List<FlowKind> installed() {
    return ServiceLoader.load(FlowKind.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  FlowDefinition definition();

  /** One handler for each phase of the definition. */
  List<PhaseHandler> handlers(KindEnvironment environment);
}
