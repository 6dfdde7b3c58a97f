package io.skein.tasks;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks an operator means: those that meet everything that is given. Immutable.
 *
 * @param states empty for all
 * @param errorContains in upper or lower case
 * @param createdAfter inclusive, as {@code finishedAfter}
 * @param createdBefore exclusive, as {@code finishedBefore}
 */
public record TaskFilter(
    @Nullable String queue,
    @Nullable String type,
    Set<TaskState> states,
    @Nullable String tenant,
    @Nullable UUID flow,
    @Nullable String errorContains,
    @Nullable Instant createdAfter,
    @Nullable Instant createdBefore,
    @Nullable Instant finishedAfter,
    @Nullable Instant finishedBefore) {
  /** Every task. */
  public static final TaskFilter ALL =
      new TaskFilter(null, null, Set.of(), null, null, null, null, null, null, null);

  public TaskFilter {
    states = Set.copyOf(states);
  }

  TaskFilter withQueue(String chosen) {
    return with(draft -> draft.queue = chosen);
  }

  TaskFilter withType(String chosen) {
    return with(draft -> draft.type = chosen);
  }

  TaskFilter withStates(Collection<TaskState> chosen) {
    return with(draft -> draft.states = Set.copyOf(chosen));
  }

  public TaskFilter withTenant(@Nullable String chosen) {
    return with(draft -> draft.tenant = chosen);
  }

  /**
   * The condition for an alias {@code t}, and what it binds.
   *
   * @param values by name, exactly those that the text has
   */
  record Condition(String sql, Map<String, Object> values) {
    Condition and(String more, String name, Object value) {
      Map<String, Object> all = new LinkedHashMap<>(values);
      all.put(name, value);
      return new Condition(sql + " and " + more, all);
    }
  }

  Condition condition() {
    List<String> parts = new ArrayList<>(List.of("true"));
    Map<String, Object> values = new LinkedHashMap<>();
    add(parts, values, "t.queue = :queue", "queue", queue);
    add(parts, values, "t.type = :type", "type", type);
    add(parts, values, "t.tenant = :tenant", "tenant", tenant);
    add(parts, values, "t.flow = :flow", "flow", flow);
    add(
        parts,
        values,
        "position(lower(:errorContains) in lower(t.error)) > 0",
        "errorContains",
        errorContains);
    add(parts, values, "t.created_at >= :createdAfter", "createdAfter", utc(createdAfter));
    add(parts, values, "t.created_at < :createdBefore", "createdBefore", utc(createdBefore));
    add(parts, values, "t.finished_at >= :finishedAfter", "finishedAfter", utc(finishedAfter));
    add(parts, values, "t.finished_at < :finishedBefore", "finishedBefore", utc(finishedBefore));
    if (!states.isEmpty()) {
      parts.add("t." + in(states));
    }
    return new Condition(String.join(" and ", parts), values);
  }

  /** A canonical text: the same for equal filters. */
  String text() {
    return condition().sql() + condition().values();
  }

  static String in(Set<TaskState> states) {
    return EnumSet.copyOf(states).stream()
        .map(state -> "'" + state.stored() + "'")
        .collect(Collectors.joining(", ", "state in (", ")"));
  }

  private static @Nullable Object utc(@Nullable Instant moment) {
    return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
  }

  private static void add(
      List<String> parts,
      Map<String, Object> values,
      String condition,
      String name,
      @Nullable Object value) {
    if (value != null) {
      parts.add(condition);
      values.put(name, value);
    }
  }

  private TaskFilter with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.filter();
  }

  /** A copy on its way to be another one. */
  private static final class Draft {
    private final TaskFilter from;
    private @Nullable String queue;
    private @Nullable String type;
    private Set<TaskState> states;
    private @Nullable String tenant;

    private Draft(TaskFilter from) {
      this.from = from;
      this.queue = from.queue;
      this.type = from.type;
      this.states = from.states;
      this.tenant = from.tenant;
    }

    private TaskFilter filter() {
      return new TaskFilter(
          queue,
          type,
          states,
          tenant,
          from.flow,
          from.errorContains,
          from.createdAfter,
          from.createdBefore,
          from.finishedAfter,
          from.finishedBefore);
    }
  }
}
