package io.skein.postgres;

/** Work without an answer inside one transaction; an exception rolls it back. */
@FunctionalInterface
public interface TransactionConsumer<X extends Exception> {
  void run(Transaction transaction) throws X;
}
