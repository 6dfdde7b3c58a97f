// The live events of one flow. EventSource resumes by itself with the last id; what it gives up on is opened again here.

import { address } from './api-client.js';

const FIRST_PAUSE_MILLIS = 1_000;
const LONGEST_PAUSE_MILLIS = 15_000;

/**
 * Listens to a flow and calls the handler's `hello`, `event`, `progress`, `reset`, `end` and `connection('live' | 'waiting' | 'ended')`.
 * EventSource ends for good on every answer but 200, thus `mayGoOn()` (async) is asked before each new attempt.
 */
export class FlowStream {
  #path;
  #handler;
  #mayGoOn;
  #source = null;
  #timer = null;
  #lastId;
  #epoch = null;
  #sequence = 0;
  #failures = 0;
  #closed = false;

  constructor(flowId, lastId, handler, mayGoOn) {
    this.#path = address('flows', flowId, 'events', 'stream');
    this.#lastId = lastId;
    this.#handler = handler;
    this.#mayGoOn = mayGoOn;
  }

  open() {
    const url = new URL(this.#path, location.origin);
    if (this.#lastId) url.searchParams.set('lastEventId', this.#lastId);
    const source = new EventSource(url);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#failures = 0;
      this.#handler.connection('live');
    });
    source.addEventListener('message', (message) => this.#take(message));
    source.addEventListener('hello', (message) => this.#handler.hello(JSON.parse(message.data)));
    source.addEventListener('progress', (message) => this.#handler.progress(JSON.parse(message.data)));
    source.addEventListener('reset', (message) => this.#reset(message));
    source.addEventListener('end', () => this.#end());
    source.addEventListener('error', () => this.#interrupted(source));
  }

  #take(message) {
    if (message.lastEventId) this.#lastId = message.lastEventId;
    if (!message.data) return;
    const event = JSON.parse(message.data);
    const epoch = Number(String(event.id).split('.')[0]);
    if (epoch === this.#epoch && event.seq <= this.#sequence) return; // told again after a reconnect
    this.#epoch = epoch;
    this.#sequence = event.seq;
    this.#handler.event(event);
  }

  #reset(message) {
    this.#lastId = message.lastEventId;
    const [epoch, sequence] = message.lastEventId.split('.').map(Number);
    this.#epoch = epoch;
    this.#sequence = sequence;
    this.#handler.reset(JSON.parse(message.data).state);
  }

  #end() {
    this.close();
    this.#handler.connection('ended');
    this.#handler.end();
  }

  #interrupted(source) {
    if (this.#closed) return;
    this.#handler.connection('waiting');
    if (source.readyState !== EventSource.CLOSED) return; // it reconnects by itself
    const pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#reopen(), pause * (0.75 + Math.random() * 0.5));
  }

  async #reopen() {
    const goOn = await this.#mayGoOn();
    if (this.#closed) return;
    if (goOn) this.open();
    else this.#end();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }
}
