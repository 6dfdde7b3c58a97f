package io.skein.postgres;

import org.jspecify.annotations.Nullable;

/** Work inside one transaction; an exception rolls it back. */
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object, X extends Exception> {
  T run(Transaction transaction) throws X;
}
