// The newest known state of one flow. The higher version wins, whoever brings it: a read, a command or the stream.

import { address, read } from './api-client.js';

const PAUSE_MILLIS = 300;
const FINAL = ['completed', 'cancelled'];

/** Follows the state of one flow and tells `changed(flow)` of each newer one. */
export class FlowState {
  #path;
  #changed;
  #failed;
  #etag = null;
  #wanted = 0;
  #timer = null;
  #loading = null;
  #closed = false;
  current = null;

  constructor(flowId, changed, failed) {
    this.#path = address('flows', flowId, 'state');
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Whether no event can follow any more. */
  get ended() {
    return FINAL.includes(this.current?.status);
  }

  /** What a command's If-Match must name. */
  get tag() {
    return `"${this.current.epoch}.${this.current.version}"`;
  }

  /** Takes a state from anywhere; an older one is dropped. */
  offer(flow) {
    const known = this.current;
    const older = known && (flow.epoch < known.epoch || (flow.epoch === known.epoch && flow.version < known.version));
    if (older || this.#closed) return;
    this.current = flow;
    this.#changed(flow);
  }

  /** Asks for a state not below `version` soon; many wishes at once become one request. */
  wish(version) {
    this.#wanted = Math.max(this.#wanted, version);
    this.#timer ??= setTimeout(() => this.refresh().catch(this.#failed), PAUSE_MILLIS);
  }

  /** Reads now, not below `version` if given, and answers the current state. */
  async refresh(version = 0) {
    this.#wanted = Math.max(this.#wanted, version);
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#loading ??= this.#load().finally(() => { this.#loading = null; });
    await this.#loading;
    if (this.#wanted > (this.current?.version ?? 0) && !this.#closed) this.wish(0);
    return this.current;
  }

  async #load() {
    const asked = this.#wanted;
    const answer = await read(this.#path, { query: { minVersion: asked || null }, etag: this.#etag });
    if (this.#wanted === asked) this.#wanted = 0;
    if (answer.unchanged) return;
    this.#etag = answer.etag;
    this.offer(answer.body);
  }

  /** After a reset the numbers start anew, so nothing known before may win. */
  restart(flow) {
    this.current = null;
    this.#etag = null;
    this.#wanted = 0;
    this.offer(flow);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
