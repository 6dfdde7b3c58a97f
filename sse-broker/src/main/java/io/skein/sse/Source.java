package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.StreamId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a stream follows: one flow's history, or a tenant's feed. Belongs to one stream; not thread
 * safe.
 *
 * @param <P> a place in it
 */
interface Source<P extends Comparable<P>> {

  /**
   * How far it has come, as PostgreSQL says.
   *
   * @param top the last place
   */
  record Present<P>(Epoch epoch, P top) {}

  /** What is followed; empty for everything that the viewer may see. */
  Set<StreamId> flows();

  /** Begins to be woken by what happens. */
  Hub<P> join(SseStream watcher);

  void leave(SseStream watcher);

  /** What the client is told first, without an id. */
  byte[] hello(Present<P> present, P from, boolean lost);

  Present<P> present();

  /** The state, not older than a position read before the call, for a client without a history. */
  byte[] reset(Present<P> present);

  /**
   * Reads on from the journal.
   *
   * @param epoch of the place
   * @param upTo no event beyond it
   * @return nothing reached when the history after the place is no longer there
   */
  Portion<P> page(Epoch epoch, P after, P upTo, Wanted wanted);

  /** What agents said last; empty when that cannot be known now. */
  Optional<List<AgentUpdate>> progress();
}
