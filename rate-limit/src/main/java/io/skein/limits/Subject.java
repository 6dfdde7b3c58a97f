package io.skein.limits;

/**
 * Who is counted. Quotas of one group can be taken together, since they live on the same server of
 * a cluster: a user of an account and the account itself, for instance. Immutable.
 *
 * @param group 1 to 500 characters: the account, or the subject itself when it stands alone
 * @param member 0 to 500 characters: one of the group; empty for the group itself
 */
public record Subject(String group, String member) {
  private static final int LONGEST = 500;

  public Subject {
    if (group.isEmpty() || group.length() > LONGEST || member.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a group has 1 to " + LONGEST + " characters, a member at most as many");
    }
  }

  /** A subject that stands alone, or a whole group. */
  public static Subject of(String group) {
    return new Subject(group, "");
  }

  /** One of this group. */
  public Subject member(String name) {
    return new Subject(group, name);
  }
}
