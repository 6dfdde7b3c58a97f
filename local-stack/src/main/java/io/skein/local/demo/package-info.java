/**
 * One discovery flow from its files to its report, seen from outside: a client of the HTTP API that
 * follows the event stream and goes on at the other instance when one fails.
 *
 * <pre>{@code
 * SkeinApi api = new SkeinApi(List.of(URI.create("http://127.0.0.1:8401")), token);
 * Flow flow = api.createFlow("inventory", files);
 * new FlowFollower(api, flow.flowId(), view).follow();
 * Report report = api.report(flow.flowId());
 * }</pre>
 */
@NullMarked
package io.skein.local.demo;

import org.jspecify.annotations.NullMarked;
