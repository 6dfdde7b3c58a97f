package io.skein.local.stack;

import io.skein.testing.FreePort;

/** Which port everything gets. */
public interface PortPlan {
  /** The highest number of processes of one role that the fixed plan has room for. */
  int MOST_PROCESSES = 19;

  /** The HTTP port of the n-th API instance, counted from 1. */
  int api(int number);

  /** The management port of the n-th process of a role, counted from 1. */
  int management(Role role, int number);

  /** The port of the embedded Redis. */
  int redis();

  /** The port of the embedded PostgreSQL. */
  int postgres();

  /**
   * base+n for the APIs, base+50+n and base+70+n for management, base+90 for Redis, base+91 for
   * PostgreSQL.
   */
  static PortPlan from(int base) {
    if (base < 1 || base + 91 > 65_535) {
      throw new IllegalArgumentException("a port base is between 1 and 65444, not " + base);
    }
    return new PortPlan() {
      @Override
      public int api(int number) {
        return base + number;
      }

      @Override
      public int management(Role role, int number) {
        return base + (role == Role.API ? 50 : 70) + number;
      }

      @Override
      public int redis() {
        return base + 90;
      }

      @Override
      public int postgres() {
        return base + 91;
      }
    };
  }

  /** Whatever is free when it is asked for: for tests. */
  static PortPlan free() {
    return new PortPlan() {
      @Override
      public int api(int number) {
        return FreePort.find();
      }

      @Override
      public int management(Role role, int number) {
        return FreePort.find();
      }

      @Override
      public int redis() {
        return FreePort.find();
      }

      @Override
      public int postgres() {
        return FreePort.find();
      }
    };
  }
}
