package io.skein.discovery.cleansing;

import java.util.Locale;

/** The canonical vocabulary of an asset's operational status. Written in lower case in JSON. */
public enum AssetStatus {
  ACTIVE,
  /** Ordered, in build or reserved: not in use yet. */
  PLANNED,
  MAINTENANCE,
  STANDBY,
  /** Powered off or not in use, but there. */
  INACTIVE,
  /** Decommissioned or about to be. */
  RETIRED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
