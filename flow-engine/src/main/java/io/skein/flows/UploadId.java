package io.skein.flows;

import io.skein.postgres.Identifiers;
import java.util.UUID;

/** Identifies one uploaded file. */
public record UploadId(UUID value) {

  public static UploadId next() {
    return new UploadId(Identifiers.next());
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
