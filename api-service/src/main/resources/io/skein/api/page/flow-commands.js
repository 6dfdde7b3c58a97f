// Pause, resume, retry, restart, cancel and approve: each names the version it was decided on and can be sent twice safely.

import { address, newKey, write } from './api-client.js';
import { confirmation } from './confirmation.js';
import { button, element, replace } from './elements.js';
import { words } from './format-values.js';
import { announce } from './notices.js';
import { restartChoice } from './restart-choice.js';

const TRIES = 4;
const OFFERED = {
  initializing: ['pause', 'cancel'], running: ['pause', 'restart', 'cancel'], waiting_for_user: ['restart', 'cancel'],
  paused: ['resume', 'restart', 'cancel'], failed: ['retry', 'restart', 'cancel'], completed: [], cancelled: [],
};

/** Sends commands for one flow; `state` is its FlowState, problems go to `notice`. */
export class FlowCommands {
  #flowId;
  #state;
  #notice;
  #keys = new Map(); // request → idempotency key, until the server has decided about it

  constructor(flowId, state, notice) {
    this.#flowId = flowId;
    this.#state = state;
    this.#notice = notice;
  }

  /**
   * For a command that was decided on the flow's status alone: workers raise the version all the time, so a 412
   * is answered by looking again, and by sending again only while the status is still the one that the user saw.
   */
  async sendWhileStatusHolds(command, body = {}) {
    const seen = this.#state.current.status;
    for (let left = TRIES; left > 1; left -= 1) {
      const refusal = await this.#attempt(command, body);
      if (refusal?.status !== 412) return this.#conclude(command, refusal);
      try {
        await this.#state.refresh(refusal.body.version);
      } catch (problem) {
        return this.#conclude(command, problem);
      }
      if (this.#state.current.status !== seen) return this.#conclude(command, refusal);
    }
    return this.send(command, body);
  }

  /** Sends once for the version that is shown. Answers whether the command was taken. */
  async send(command, body = {}) {
    return this.#conclude(command, await this.#attempt(command, body));
  }

  /** Answers the problem, or null when the command was taken. */
  async #attempt(command, body) {
    const tag = this.#state.tag;
    const request = `${command} ${tag} ${JSON.stringify(body)}`;
    if (!this.#keys.has(request)) this.#keys.set(request, newKey());
    try {
      const answer = await write('POST', address('flows', this.#flowId, command), body,
        { 'If-Match': tag, 'Idempotency-Key': this.#keys.get(request) });
      this.#keys.delete(request);
      this.#state.offer(answer.body);
      return null;
    } catch (problem) {
      if (problem.decided) this.#keys.delete(request);
      return problem;
    }
  }

  #conclude(command, problem) {
    if (problem) {
      this.#notice.problem(problem);
      if (problem.status === 412 || problem.status === 409) this.#state.wish(0); // show what it has become
    } else {
      this.#notice.clear();
      announce(`${words(command)}: done`);
    }
    return !problem;
  }
}

/** The buttons that the flow's status allows. */
export function commandBar(commands) {
  const bar = element('div', { class: 'commands', role: 'group', 'aria-label': 'Commands' });
  const cancelling = confirmation({
    question: 'Cancel this flow?', yes: 'Cancel the flow', no: 'Keep it going', confirmed: () => run('cancel'),
    consequence: 'Its running work stops, and nothing can follow. What was found so far stays readable.',
  });
  const restarting = restartChoice((phase) => run('restart', { phase }));
  let shown = null;
  let current = null;

  async function run(command, body) {
    for (const each of bar.querySelectorAll('button')) each.disabled = true;
    await commands.sendWhileStatusHolds(command, body);
    for (const each of bar.querySelectorAll('button')) each.disabled = false;
  }

  function offer(command) {
    if (command === 'cancel') return button('Cancel', () => cancelling.showModal(), { class: 'danger' });
    if (command === 'restart') return button('Restart from…', () => restarting.open(current));
    return button(words(command), () => run(command), { class: command === 'pause' ? null : 'primary' });
  }

  function update(flow) {
    current = flow;
    if (flow.status === shown) return;
    shown = flow.status;
    const hadFocus = bar.contains(document.activeElement);
    replace(bar, (OFFERED[shown] ?? []).map(offer), cancelling, restarting.node);
    if (hadFocus) bar.querySelector('button:not(dialog button)')?.focus();
  }

  return { node: bar, update };
}
