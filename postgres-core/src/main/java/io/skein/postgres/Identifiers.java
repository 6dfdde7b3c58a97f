package io.skein.postgres;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.util.UUID;

/** Ids in time order (UUID version 7, RFC 9562), so that indexes grow at one end. Thread safe. */
public final class Identifiers {
  private static final NoArgGenerator GENERATOR = Generators.timeBasedEpochRandomGenerator();

  private Identifiers() {}

  /** A new id; unique over all machines, ordered by the millisecond. */
  public static UUID next() {
    return GENERATOR.generate();
  }
}
