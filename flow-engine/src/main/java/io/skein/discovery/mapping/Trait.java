package io.skein.discovery.mapping;

/** What a single value can look like. A value can have several traits. */
enum Trait {
  ADDRESS,
  QUALIFIED_NAME,
  HOST_NAME,
  WHOLE_NUMBER,
  QUANTITY,
  /** 1 to 1024. */
  SMALL_NUMBER,
  PORT,
  VERSION,
  DATE,
  PERSON,
  /** A group of people by its wording. */
  TEAM,
  MAIL,
  CODE,
  TEXT,
  URL,
  PROCESS,
  REGION,
  SYSTEM,
  ENVIRONMENT,
  STATUS,
  ASSET_TYPE,
  RELATIONSHIP,
  PROTOCOL,
  FLAG,
  /** More than three words. */
  SENTENCE
}
