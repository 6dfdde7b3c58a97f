package io.skein.locks;

/** The same promises while Redis is away. */
class PostgresLocksTest extends LocksContract {
  PostgresLocksTest() {
    super(Where.POSTGRES);
  }
}
