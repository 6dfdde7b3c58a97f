package io.skein.locks;

import io.skein.testing.FreePort;

/** The same promises while Redis is away. */
class PostgresLocksTest extends LocksContract {
  @Override
  String redisUrl() {
    return "redis://127.0.0.1:" + FreePort.find();
  }

  @Override
  LeaseStore storeOf(Stores stores) {
    return new PostgresLeases(stores.database());
  }
}
