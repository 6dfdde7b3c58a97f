package io.skein.tasks;

/** Retries and time limits of the tasks of one type whose enqueuer chose none. */
public record TypeDefaults(Retries retries, TimeLimits limits) {
  /** Of a type that declares nothing. */
  public static final TypeDefaults STANDARD = new TypeDefaults(Retries.DEFAULT, TimeLimits.DEFAULT);
}
