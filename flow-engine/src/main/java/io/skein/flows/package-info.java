/**
 * Flows: long work in phases, each step of which is one transaction.
 *
 * <p>A flow is an instance of a {@link io.skein.flows.FlowKind}. Its phases run as tasks; each step
 * locks the flow's row, checks that the flow still wants it, writes its effect, appends the events
 * that tell of it and completes its task, all in one commit.
 *
 * <pre>{@code
 * var engine = new FlowEngine(database, bus.journal(), tasks, locks, bus.progress(), json,
 *     FlowKind.installed(), StepListener.NONE);
 * new Worker(WorkerSettings.named("worker-1").withQueues(List.of(FlowEngine.queue())),
 *     tasks, engine.taskHandlers()).start();
 * engine.create(new NewFlow(owner, "discovery", "spring", asOf, user, null, uploads), null);
 * engine.commands().pause(new CommandRequest(owner, flow, user, null, null));
 * }</pre>
 */
@NullMarked
package io.skein.flows;

import org.jspecify.annotations.NullMarked;
