/**
 * Events of a flow: written with the state they tell of in one PostgreSQL transaction, numbered
 * without gaps, and delivered to every watcher in order and once.
 *
 * <pre>{@code
 * var bus = EventBus.start(database, redis, "my-service-1", EventSettings.defaults());
 * var flow = new StreamId(Identifiers.next());
 * database.useTransaction(tx -> bus.journal().open(tx, flow, "my-tenant"));
 * bus.feed().subscribe(flow, Sequence.START, events -> System.out.println(events));
 * database.useTransaction(tx -> bus.journal().append(tx, flow, List.of(NewEvent.of("greeted"))));
 * }</pre>
 *
 * <p>Until {@code bus.close()}. With the connections and the migrations that go before it:
 * docs/embedding.md.
 *
 * <p>Another service has the effect of every event of a tenant once, with any number of instances:
 *
 * <pre>{@code
 * var group = bus.groups().open("my-tenant", "billing", 16, GroupStart.FROM_START);
 * var consumer = group.consume((tx, entries) -> bill(tx.handle(), entries), 4);
 * }</pre>
 */
@NullMarked
package io.skein.events;

import org.jspecify.annotations.NullMarked;
