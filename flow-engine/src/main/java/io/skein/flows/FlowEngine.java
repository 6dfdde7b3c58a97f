package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.events.Journal;
import io.skein.flows.CommandRequest.IdempotencyKey;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.tasks.RemoteTaskHandler;
import io.skein.tasks.TaskHandler;
import io.skein.tasks.TaskQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Flows of all known kinds: creates and reads them, carries out their commands, and runs their
 * phases on workers. Thread safe.
 */
public final class FlowEngine {
  private final Database database;
  private final FlowStore store;
  private final UploadStore uploads;
  private final FlowAdvance advance;
  private final FlowCommands commands;
  private final IdempotencyKeys keys;
  private final FlowJson flowJson;
  private final JsonMapper json;
  private final Set<String> kinds;
  private final List<TaskHandler> taskHandlers;
  private final List<AgentPhase> agentPhases;

  /**
   * @param kinds every kind this process knows
   * @param agentPhases names of phases that agents do over HTTP; the same in all processes
   * @param listener hears of each step made by this process
   * @throws IllegalArgumentException when one of these phases is not for agents
   */
  public FlowEngine(
      Database database,
      Journal journal,
      TaskQueue tasks,
      Locks locks,
      AgentProgress progress,
      JsonMapper json,
      List<FlowKind> kinds,
      Set<String> agentPhases,
      StepListener listener) {
    this.database = database;
    this.json = json;
    this.uploads = new UploadStore(database);
    this.store = new FlowStore(database, json);
    this.keys = new IdempotencyKeys(database, json);
    this.flowJson = new FlowJson(json);
    KindEnvironment environment = new KindEnvironment(database, uploads, json);
    Map<String, FlowDefinition> definitions = new HashMap<>();
    for (FlowKind kind : kinds) {
      definitions.put(kind.definition().kind(), kind.definition());
    }
    PhaseHandlers handlers = new PhaseHandlers(kinds, environment, agentPhases);
    this.kinds = new TreeSet<>(definitions.keySet());
    PhaseStore phases = new PhaseStore(json);
    UnitStore units = new UnitStore(json);
    FlowTasks flowTasks =
        new FlowTasks(tasks, json, flow -> definition(definitions, flow.kind()), handlers);
    this.advance =
        new FlowAdvance(
            store,
            phases,
            units,
            journal,
            flowTasks,
            json,
            kind -> definition(definitions, kind),
            progress);
    FlowRestart restart = new FlowRestart(phases, units, advance, flowTasks, json, handlers);
    this.commands =
        new FlowCommands(
            database, store, phases, advance, flowTasks, restart, locks, keys, json, handlers);
    PhaseSteps steps = new PhaseSteps(store, phases, units, flowTasks, advance, json);
    PhaseWork work =
        new PhaseWork(database, store, phases, units, steps, handlers, progress, json, listener);
    PhaseTaskHandler phaseTasks = new PhaseTaskHandler(FlowTasks.PHASE, work, steps, json);
    this.agentPhases =
        handlers.forAgents().stream()
            .map(phase -> new AgentPhase(phase, store, steps, phaseTasks, handlers, progress, json))
            .toList();
    this.taskHandlers = new ArrayList<>();
    taskHandlers.add(phaseTasks);
    taskHandlers.add(new PhaseTaskHandler(FlowTasks.BATCH, work, steps, json));
    taskHandlers.addAll(this.agentPhases);
  }

  /** Modules whose migrations a process with a flow engine needs, in order. */
  public static List<String> migrations() {
    return List.of("postgres-core", "event-bus", "task-queue", "locks", "flow-engine");
  }

  /** Version of this software, as the register of instances shows it. */
  public static String version() {
    String version = FlowEngine.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Name of the queue whose tasks {@link #taskHandlers} run. */
  public static String queue() {
    return FlowTasks.QUEUE;
  }

  /** The kinds of flow that can be created here. */
  public Set<String> kinds() {
    return Set.copyOf(kinds);
  }

  /** What a worker must be given to run flows. */
  public List<TaskHandler> taskHandlers() {
    return List.copyOf(taskHandlers);
  }

  /**
   * What takes the results of agents, for the process that these workers talk to. Also of phases
   * that agents do not do at present: the settings may have been others when a task was enqueued.
   */
  public List<RemoteTaskHandler> agentPhases() {
    return List.copyOf(agentPhases);
  }

  public UploadStore uploads() {
    return uploads;
  }

  public FlowCommands commands() {
    return commands;
  }

  /**
   * Creates a flow with its first event and its first task, in one transaction. With an idempotency
   * key that was used before nothing is created and the first answer is given again.
   *
   * @throws IllegalArgumentException when the kind is unknown
   */
  public CommandOutcome create(NewFlow flow, @Nullable IdempotencyKey key) {
    return database.inTransaction(transaction -> {
      if (key != null) {
        Optional<CommandOutcome> earlier = keys.take(transaction, flow.owner().tenant(), key);
        if (earlier.isPresent()) {
          return earlier.get();
        }
      }
      Flow created = advance.create(transaction, flow, uploads);
      String answer = flowJson.text(created);
      if (key != null) {
        keys.answer(transaction, flow.owner().tenant(), key, answer);
      }
      return new CommandOutcome.Done(answer, created.version(), created.epoch());
    });
  }

  public Optional<Flow> find(Owner owner, FlowId id) {
    return store.find(owner, id);
  }

  /** Those of these flows that are the caller's, from one statement. */
  public List<Flow> find(Owner owner, Collection<FlowId> flows) {
    return store.find(owner, flows);
  }

  /** Whose these flows are; unknown ones are left out. An owner never changes. */
  public Map<FlowId, Owner> owners(Collection<FlowId> flows) {
    return store.owners(flows);
  }

  /** For a cache that serves all; whoever answers from it checks the owner. */
  public Optional<Flow> findOfAnyOwner(FlowId id) {
    return store.findOfAnyOwner(id);
  }

  /** Flows of all owners that changed within a day, the latest first, to warm a cache. */
  public List<FlowId> recentlyChanged(int most) {
    return store.recentlyChanged(most);
  }

  /**
   * The caller's flows, newest first.
   *
   * @param before the last id of the previous page, or null for the first page
   */
  public List<Flow> list(Owner owner, @Nullable FlowId before, int limit) {
    return store.list(owner, before, limit);
  }

  /** Forgets idempotency keys after 24 h. */
  public int sweepIdempotencyKeys() {
    return keys.sweep();
  }

  private static FlowDefinition definition(Map<String, FlowDefinition> definitions, String kind) {
    FlowDefinition definition = definitions.get(kind);
    if (definition == null) {
      throw new IllegalArgumentException(
          "there is no kind of flow " + kind + "; known are " + definitions.keySet());
    }
    return definition;
  }
}
