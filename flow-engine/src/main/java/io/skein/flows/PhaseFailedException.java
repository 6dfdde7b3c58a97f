package io.skein.flows;

/** The phase cannot succeed however often it is tried; the reason tells the user why. */
public final class PhaseFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public PhaseFailedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
