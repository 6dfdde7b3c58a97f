package io.skein.discovery.csv;

/** Takes the batches of a scan, one after the other, in the scanning thread. */
@FunctionalInterface
public interface BatchConsumer<X extends Exception> {
  /**
   * Takes the next batch. When the scan ends in a {@link Refusal}, what was taken must be thrown
   * away.
   */
  void accept(ParsedBatch batch) throws X;
}
