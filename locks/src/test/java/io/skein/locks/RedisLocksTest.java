package io.skein.locks;

class RedisLocksTest extends LocksContract {
  RedisLocksTest() {
    super(Where.REDIS);
  }
}
