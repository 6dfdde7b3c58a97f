package io.skein.flows;

import io.skein.postgres.TraceParent;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flow to be created.
 *
 * @param name at most 200 characters
 * @param asOf the day that dates the analyses
 * @param createdBy the user
 * @param correlationId travels through tasks and events, or null
 * @param trace of the request, continued by tasks and events, or null
 * @param uploads files that are stored already; they become the flow's
 */
public record NewFlow(
    Owner owner,
    String kind,
    String name,
    LocalDate asOf,
    String createdBy,
    @Nullable String correlationId,
    @Nullable TraceParent trace,
    List<UploadId> uploads) {
  private static final int MAX_NAME = 200;

  public NewFlow {
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException("a flow's name has 1 to " + MAX_NAME + " characters");
    }
    uploads = List.copyOf(uploads);
  }
}
