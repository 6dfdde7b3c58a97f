package io.skein.locks;

/** The same promises while Redis is away. */
class PostgresWaitingTest extends WaitingContract {
  PostgresWaitingTest() {
    super(Where.POSTGRES);
  }
}
