package io.skein.redis;

import java.util.Set;
import java.util.regex.Pattern;
import redis.clients.jedis.exceptions.JedisDataException;

/** What Redis means by the first word of an error that it answers with. */
public final class RedisErrors {
  /** It is well itself: the word is about one key, script or group. */
  private static final Set<String> ABOUT_A_KEY =
      Set.of("WRONGTYPE", "NOSCRIPT", "NOGROUP", "BUSYGROUP");

  /** What is expected in an outage or after one, and passes. */
  private static final Set<String> PASSING =
      Set.of(
          "LOADING",
          "OOM",
          "READONLY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "BUSY",
          "MISCONF",
          "MOVED",
          "ASK",
          "NOREPLICAS",
          "NOSCRIPT",
          "NOGROUP",
          "BUSYGROUP");

  private static final Pattern ANSWER = Pattern.compile("[A-Z]{3,}");

  private RedisErrors() {}

  /** Whether the key holds something of another type than the command is for. */
  public static boolean isWrongType(JedisDataException answer) {
    return word(answer).equals("WRONGTYPE");
  }

  static boolean isAboutAKey(Throwable failure) {
    return ABOUT_A_KEY.contains(word(failure));
  }

  /** Whether the server said it, by whichever client: its words begin with one in capitals. */
  static boolean isAnswer(Throwable failure) {
    return failure instanceof JedisDataException || ANSWER.matcher(word(failure)).matches();
  }

  static boolean passes(Throwable answer) {
    return PASSING.contains(word(answer));
  }

  private static String word(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf(' ');
    return end < 0 ? message : message.substring(0, end);
  }
}
