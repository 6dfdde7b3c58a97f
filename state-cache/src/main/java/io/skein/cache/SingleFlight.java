package io.skein.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Of the reads of one state that miss at the same time in this process, one goes on and the others
 * wait for it. Who joined a read that began before him and is not content with its answer, waits
 * for one that began after, or makes it. Thread safe.
 */
final class SingleFlight<V> {
  private final ConcurrentMap<String, CompletableFuture<Answer<V>>> flights =
      new ConcurrentHashMap<>();

  /**
   * @param content whether an answer is new enough; the truth is, when it was asked after the call
   */
  Entry<V> run(
      String id, Supplier<Answer<V>> read, Predicate<StateVersion> content, Runnable onJoin) {
    CompletableFuture<Answer<V>> mine = new CompletableFuture<>();
    boolean beganAfter = false;
    while (true) {
      CompletableFuture<Answer<V>> other = flights.putIfAbsent(id, mine);
      if (other == null) {
        return lead(id, mine, read).entry();
      }
      onJoin.run();
      Answer<V> answer = join(other);
      if (content.test(answer.entry().version()) || (beganAfter && answer.isTruth())) {
        return answer.entry();
      }
      beganAfter = true;
    }
  }

  private Answer<V> lead(String id, CompletableFuture<Answer<V>> mine, Supplier<Answer<V>> read) {
    try {
      Answer<V> answer = read.get();
      flights.remove(id, mine);
      mine.complete(answer);
      return answer;
    } catch (RuntimeException | Error e) {
      flights.remove(id, mine);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  private static <V> Answer<V> join(CompletableFuture<Answer<V>> other) {
    try {
      return other.join();
    } catch (CompletionException e) {
      throw new StateUnavailableException(
          "the read of this state that was under way failed; try again", e);
    }
  }
}
