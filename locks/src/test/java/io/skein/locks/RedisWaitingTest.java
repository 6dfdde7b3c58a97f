package io.skein.locks;

class RedisWaitingTest extends WaitingContract {
  RedisWaitingTest() {
    super(Where.REDIS);
  }
}
