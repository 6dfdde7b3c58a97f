package io.skein.discovery.cleansing;

import java.util.Locale;

/** What kind of platform an operating system string names. Written in lower case in JSON. */
public enum OsFamily {
  LINUX,
  WINDOWS,
  MACOS,
  BSD,
  /** AIX, Solaris, HP-UX and their relatives. */
  UNIX,
  /** z/OS, IBM i, OpenVMS: not x86, not rehosted as they are. */
  MAINFRAME,
  HYPERVISOR,
  /** Firmware of switches, firewalls, load balancers. */
  NETWORK,
  /** Firmware of storage systems. */
  STORAGE,
  /** A database where the operating system was expected, for example {@code PostgreSQL 14}. */
  DATABASE,
  /** Other software where the operating system was expected, for example {@code Tomcat 9}. */
  SOFTWARE,
  /** Named, but not known here. */
  OTHER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
