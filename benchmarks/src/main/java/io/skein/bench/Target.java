package io.skein.bench;

/**
 * What was promised, and what came of it.
 *
 * @param name {@code T5}
 * @param figure what was measured, in words
 * @param wanted the promise, in words
 */
public record Target(String name, String figure, String wanted, boolean met) {
  @Override
  public String toString() {
    return "%s %s %s %s".formatted(name, figure, wanted, met ? "met" : "missed");
  }
}
