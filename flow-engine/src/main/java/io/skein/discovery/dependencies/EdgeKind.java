package io.skein.discovery.dependencies;

import java.util.Locale;

/** What a dependency is. Written in lower case in JSON. */
public enum EdgeKind {
  /** An application, database or service runs on a machine. */
  RUNS_ON,
  /** A virtual machine is hosted on a virtual host. */
  HOSTED_ON,
  /** A machine or application talks to another, seen on the network or declared as a flow. */
  CONNECTS_TO,
  /** Declared, of no closer kind. */
  DEPENDS_ON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
