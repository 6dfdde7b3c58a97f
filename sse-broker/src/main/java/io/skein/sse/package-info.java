/**
 * Server-sent events for browsers: every event of a flow, in order and once, resumed exactly on any
 * instance. Knows streams of bytes, no web server.
 *
 * <pre>{@code
 * var broker = new SseBroker(bus, flow -> new Snapshot(version, json), SseSettings.defaults());
 * SseStream stream = broker.open(flow, lastEventId).orElseThrow();   // empty: 404
 * if (stream.finished()) { ... 204 } else { ... text/event-stream; stream.writeTo(out); }
 * broker.drain(Duration.ofSeconds(10));                              // before the service stops
 * }</pre>
 *
 * <p>{@code EmbeddingExampleTest} is a whole service, shown in docs/embedding.md.
 */
@NullMarked
package io.skein.sse;

import org.jspecify.annotations.NullMarked;
