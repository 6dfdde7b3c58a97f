package io.skein.tasks;

import java.io.Serial;

/** The task cannot succeed however often it is tried: it fails at once, without a retry. */
public class PermanentTaskException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public PermanentTaskException(String reason) {
    super(reason);
  }

  public PermanentTaskException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
