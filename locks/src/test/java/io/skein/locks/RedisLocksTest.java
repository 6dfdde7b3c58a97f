package io.skein.locks;

import io.skein.testing.TestServers;

class RedisLocksTest extends LocksContract {
  @Override
  String redisUrl() {
    return TestServers.redis().url();
  }

  @Override
  LeaseStore storeOf(Stores stores) {
    return new RedisLeases(stores.redis());
  }
}
