package io.skein.locks;

/**
 * What is locked, for example {@code flow:0198…}.
 *
 * @param value 1 to 200 characters without braces, which mark the part of a key that a cluster
 *     hashes, and without U+0000, which no text of PostgreSQL has
 */
public record LockName(String value) {
  private static final int MAX_LENGTH = 200;

  public LockName {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("a lock's name has 1 to 200 characters");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a lock's name has no U+0000");
    }
    if (value.indexOf('{') >= 0 || value.indexOf('}') >= 0) {
      throw new IllegalArgumentException("a lock's name has no braces: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
