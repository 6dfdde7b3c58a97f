package io.skein.locks;

import io.skein.testing.FreePort;
import io.skein.testing.TestServers;

/** Where leases are kept. */
enum Where {
  REDIS {
    @Override
    String redisUrl() {
      return TestServers.redis().url();
    }

    @Override
    LeaseStore store(Stores stores) {
      return new RedisLeases(stores.redis());
    }
  },
  /** Nobody answers at the address of Redis. */
  POSTGRES {
    @Override
    String redisUrl() {
      return "redis://127.0.0.1:" + FreePort.find();
    }

    @Override
    LeaseStore store(Stores stores) {
      return new PostgresLeases(stores.database());
    }
  };

  abstract String redisUrl();

  abstract LeaseStore store(Stores stores);
}
