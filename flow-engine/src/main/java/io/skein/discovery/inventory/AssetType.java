package io.skein.discovery.inventory;

import java.util.Locale;

/** What kind of thing an asset is. Written in lower case in JSON. */
public enum AssetType {
  SERVER,
  VIRTUAL_MACHINE,
  /** Runs virtual machines or containers for others. */
  VIRTUAL_HOST,
  APPLICATION,
  DATABASE,
  /** Caches, queues, gateways and other software between applications. */
  MIDDLEWARE,
  NETWORK_DEVICE,
  STORAGE,
  /** Somebody else's system that ours depend on. */
  EXTERNAL_SERVICE,
  OTHER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is a machine, physical or virtual. */
  public boolean isMachine() {
    return this == SERVER || this == VIRTUAL_MACHINE || this == VIRTUAL_HOST;
  }
}
