package io.skein.events;

import io.skein.redis.RedisAwayException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest progress of each agent of a flow: no history, an observation that its agent makes
 * again. Of each agent at most ten updates a second are written and pushed, the latest of each
 * tenth. Of an older attempt, and of one attempt a lower percent, nothing is taken. While Redis is
 * away, or the flag of the event bus off, updates are dropped. Thread safe.
 */
public final class AgentProgress {
  private static final Logger LOG = LoggerFactory.getLogger(AgentProgress.class);
  private static final long INTERVAL_MILLIS = 100;

  /** Agents of this process whose update waits for its tenth of a second; past it: dropped. */
  private static final int MAX_WAITING = 10_000;

  private final RedisAgentStates states;
  private final Map<AgentKey, Waiting> waiting = new ConcurrentHashMap<>();
  private final LongAdder dropped = new LongAdder();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-agent-progress").daemon().factory());

  AgentProgress(RedisAgentStates states) {
    this.states = states;
  }

  private record AgentKey(StreamId stream, String agent) {}

  private record Waiting(AgentUpdate update, byte[] json) {
    Waiting or(Waiting newer) {
      return newer.update.supersedes(update) ? newer : this;
    }
  }

  void start() {
    clock.scheduleWithFixedDelay(
        this::flush, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  void stop() throws InterruptedException {
    clock.shutdown();
    clock.awaitTermination(5, TimeUnit.SECONDS);
    flush();
  }

  /**
   * Takes an agent's latest progress without blocking.
   *
   * @throws IllegalArgumentException when the details are not a JSON object
   */
  public void update(StreamId stream, AgentUpdate update) {
    AgentKey key = new AgentKey(stream, update.agent());
    byte[] json = AgentUpdateJson.write(update);
    if (!states.open() || (waiting.size() >= MAX_WAITING && !waiting.containsKey(key))) {
      dropped.increment();
    } else {
      waiting.merge(key, new Waiting(update, json), Waiting::or);
    }
  }

  /** The latest of each agent, by name; empty while Redis is away. */
  public List<AgentUpdate> snapshot(StreamId stream) {
    if (!states.open()) {
      return List.of();
    }
    try {
      return states.read(stream).stream()
          .flatMap(json -> AgentUpdateJson.read(json, 0).stream())
          .sorted(Comparator.comparing(AgentUpdate::agent))
          .toList();
    } catch (RedisAwayException e) {
      LOG.debug("progress could not be read", e);
      return List.of();
    }
  }

  /**
   * Forgets what agents told last of these phases, which are to be done again. An update of a run
   * before that is still under way somewhere may come after it; the next run's replaces it.
   */
  public void forget(StreamId stream, Collection<String> phases) {
    List<String> agents =
        snapshot(stream).stream()
            .filter(update -> phases.contains(update.phase()))
            .map(AgentUpdate::agent)
            .toList();
    if (agents.isEmpty()) {
      return;
    }
    try {
      states.remove(stream, agents);
    } catch (RedisAwayException e) {
      LOG.debug("progress could not be forgotten; the next run replaces it", e);
    }
  }

  /**
   * Forgets the agents of a flow that has ended and takes no more of them. The relay does so too
   * when the stream is closed.
   */
  public void end(StreamId stream) {
    waiting.keySet().removeIf(key -> key.stream().equals(stream));
    if (states.reachable()) {
      try {
        states.end(stream);
      } catch (RedisAwayException e) {
        LOG.debug("progress could not be removed; it expires", e);
      }
    }
  }

  /** Updates that were not written, since the start. */
  public long dropped() {
    return dropped.sum();
  }

  private void flush() {
    takeWaiting().forEach(this::write);
  }

  private Map<StreamId, Map<String, byte[]>> takeWaiting() {
    Map<StreamId, Map<String, byte[]>> taken = new HashMap<>();
    for (AgentKey key : waiting.keySet()) {
      Waiting latest = waiting.remove(key);
      if (latest != null) {
        taken
            .computeIfAbsent(key.stream(), stream -> new HashMap<>())
            .put(key.agent(), latest.json());
      }
    }
    return taken;
  }

  private void write(StreamId stream, Map<String, byte[]> jsonByAgent) {
    try {
      states.write(stream, jsonByAgent);
    } catch (RedisAwayException e) {
      dropped.add(jsonByAgent.size());
      LOG.debug("progress was dropped", e);
    } catch (RuntimeException | Error e) {
      // An exception would end the flushing for good, and take the other streams' updates with it.
      dropped.add(jsonByAgent.size());
      LOG.warn("progress could not be written and was dropped", e);
    }
  }
}
