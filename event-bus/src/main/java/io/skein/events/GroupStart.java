package io.skein.events;

/** Where a new consumer group begins. */
public enum GroupStart {
  /** With the oldest event that is kept. */
  FROM_START,

  /** With what is placed in the feed after the group was made. */
  FROM_NOW
}
