package io.skein.cache;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Of the reads of one flow that miss at the same time in this process, one goes on and the others
 * wait for it. Who joined a read that began before him and is not content with its answer, goes on
 * himself. Thread safe.
 */
final class SingleFlight {
  private static final int MOST_JOINS = 2;

  private final ConcurrentMap<UUID, CompletableFuture<Optional<VersionedState>>> flights =
      new ConcurrentHashMap<>();

  Optional<VersionedState> run(
      UUID flow,
      Supplier<Optional<VersionedState>> read,
      Predicate<VersionedState> content,
      Runnable onJoin) {
    for (int joins = 0; joins < MOST_JOINS; joins++) {
      CompletableFuture<Optional<VersionedState>> mine = new CompletableFuture<>();
      CompletableFuture<Optional<VersionedState>> other = flights.putIfAbsent(flow, mine);
      if (other == null) {
        return lead(flow, mine, read);
      }
      onJoin.run();
      Optional<VersionedState> answer = join(other);
      if (answer.filter(content).isPresent()) {
        return answer;
      }
    }
    return read.get();
  }

  private Optional<VersionedState> lead(
      UUID flow,
      CompletableFuture<Optional<VersionedState>> mine,
      Supplier<Optional<VersionedState>> read) {
    try {
      Optional<VersionedState> answer = read.get();
      mine.complete(answer);
      return answer;
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      flights.remove(flow, mine);
    }
  }

  private static Optional<VersionedState> join(CompletableFuture<Optional<VersionedState>> other) {
    try {
      return other.join();
    } catch (CompletionException e) {
      throw new StateUnavailableException(
          "the read of this flow's state that was under way failed; try again", e);
    }
  }
}
