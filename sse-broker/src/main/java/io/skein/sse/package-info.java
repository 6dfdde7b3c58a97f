/**
 * Server-sent events for browsers: every event of a flow, in order and once, resumed exactly on any
 * instance. Knows streams of bytes, no web server.
 *
 * <pre>{@code
 * var broker = new SseBroker(bus, flow -> new Snapshot(version, json), SseSettings.defaults());
 * SseStream stream = broker.open(flow, request.header("Last-Event-ID")).orElseThrow();
 * if (stream.finished()) response.status(204);
 * else stream.writeTo(response.outputStream());                 // on the request's virtual thread
 * broker.drain(Duration.ofSeconds(10));                         // when the service stops
 * }</pre>
 */
@NullMarked
package io.skein.sse;

import org.jspecify.annotations.NullMarked;
