package io.skein.discovery.cleansing;

import java.util.Locale;

/** The canonical vocabulary of environments. Written in lower case in JSON. */
public enum Environment {
  PRODUCTION,
  STAGING,
  USER_ACCEPTANCE,
  QUALITY_ASSURANCE,
  TEST,
  INTEGRATION,
  DEVELOPMENT,
  SANDBOX,
  TRAINING,
  DISASTER_RECOVERY;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
