package io.skein.discovery.mapping;

/** Confidence in hundredths, rounded down so that nothing is lifted to the threshold. */
final class Rounded {
  private Rounded() {}

  static double of(double confidence) {
    return Math.floor(confidence * 100 + 1e-9) / 100;
  }
}
